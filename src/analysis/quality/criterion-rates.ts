import { type Names, namesOf } from '../../plan/cell.ts';
import { agreementOf, judgeQuality, type OpinionPair } from '../../stats/agreement.ts';
import { correctedRate, fewestLabels } from '../../stats/corrected-rate.ts';
import { defaultAlpha, type Estimate } from '../../stats/interval.ts';
import { rateInterval } from '../../stats/korn-graubard.ts';
import { mean } from '../../stats/quantile.ts';
import type { Basis, CriterionRate } from '../need-limit.ts';
import { judgedPrompts, judgesIn, peopleOf, ratedPrompts, type Item, type Said } from './opinions.ts';
import type { QualityRow } from './quality-columns.ts';

/**
 * Above this share of unreadable verdicts, a judge has no figure for a model: what it cannot read are the unusual
 * answers.
 */
export const mostUnreadable = 0.05;
/** Score from which a verdict counts as passed, where only passes can be counted. */
const half = 0.5;

/** Finding of one basis about one model. */
interface Figure extends CriterionRate {
  readonly judge?: string;
  readonly lambda?: number;
}

/**
 * Every figure of a model for a criterion, the most trustworthy first: corrected judges, people alone, judges alone.
 */
export function figuresOf({ items }: Said, alpha = defaultAlpha): Figure[] {
  const judges = judgesIn(items).map((judge) => judgeFigure(items, judge, alpha));
  const corrected = judges.filter((one) => one?.basis === 'judge+people');
  const alone = judges.filter((one) => one?.basis === 'judge');
  const people = corrected.length > 0 ? [] : [peopleFigure(items, alpha)];
  return [...corrected, ...people, ...alone].flatMap((one) => one ?? []);
}

/** Corrected if there are enough labels, else as it is. Undefined if too many verdicts cannot be read. */
function judgeFigure(items: readonly Item[], judge: string, alpha: number): Figure | undefined {
  const read = items.filter(({ judges }) => judges.has(judge)).length;
  if (read === 0 || isUnreadable(items, judge)) return undefined;
  const prompts = judgedPrompts(items, judge);
  const labels = prompts.filter(({ label }) => label !== undefined).length;
  const found = labels >= fewestLabels ? correctedRate(prompts, read, alpha) : undefined;
  if (found)
    return {
      basis: 'judge+people',
      judge,
      labels,
      prompts: prompts.length,
      point: found.point,
      interval: found.interval,
      lambda: found.lambda,
    };
  return {
    basis: 'judge',
    judge,
    labels,
    labelsNeeded: fewestLabels - labels,
    prompts: prompts.length,
    ...judgeRate(items, judge, alpha),
  };
}

const unreadableOf = (items: readonly Item[], judge: string): number =>
  items.filter(({ unreadable, judges }) => unreadable.has(judge) && !judges.has(judge)).length;

/** Whether so many verdicts were unreadable that the rest is a biased selection. */
export function isUnreadable(items: readonly Item[], judge: string): boolean {
  const read = items.filter(({ judges }) => judges.has(judge)).length;
  const unread = unreadableOf(items, judge);
  return unread > mostUnreadable * (read + unread);
}

/** The judge's verdicts, uncorrected. */
function judgeRate(items: readonly Item[], judge: string, alpha: number): Estimate {
  const worth = items.flatMap(({ prompt, judges }) => {
    const opinion = judges.get(judge);
    return opinion ? [{ prompt, worth: opinion.worth }] : [];
  });
  const clusters = [...Map.groupBy(worth, ({ prompt }) => prompt).values()].map((own) => ({
    hits: own.reduce((sum, one) => sum + one.worth, 0),
    total: own.length,
  }));
  return { point: mean(worth.map((one) => one.worth)), interval: rateInterval(clusters, alpha) };
}

function peopleFigure(items: readonly Item[], alpha: number): Figure | undefined {
  const prompts = ratedPrompts(items);
  if (prompts.length === 0) return undefined;
  const clusters = prompts.map(({ worth, answers }) => ({ hits: worth * answers, total: answers }));
  const labels = clusters.reduce((sum, { total }) => sum + total, 0);
  return {
    basis: 'people',
    labels,
    prompts: prompts.length,
    point: clusters.reduce((sum, { hits }) => sum + hits, 0) / labels,
    interval: rateInterval(clusters, alpha),
  };
}

/** The rows of `quality.csv` for one model and criterion. `answers`: to prompts that have the criterion. */
export function qualityRows(said: Said, answers: number): QualityRow[] {
  const { items, criterion } = said;
  const figures = figuresOf(said);
  const rated = items.filter(({ raters }) => raters.size > 0);
  const people: Partial<QualityRow> = {
    rated: rated.length,
    raters: new Set(rated.flatMap(({ raters }) => [...raters.keys()])).size,
    rater_kappa: raterAgreement(rated)?.kappa,
  };
  const ofJudges = judgesIn(items).map((judge): QualityRow => {
    const figure = figures.find((one) => one.judge === judge);
    const raw = isUnreadable(items, judge) ? undefined : judgeRate(items, judge, defaultAlpha);
    const read = items.filter(({ judges }) => judges.has(judge));
    const calls = said.calls.filter((call) => call.judge === judge);
    const isCorrected = figure?.basis === 'judge+people';
    return {
      ...emptyRow({ ...namesOf(said), criterion, basis: isCorrected ? 'judge+people' : 'judge', answers }),
      judge,
      prompts: new Set(read.map(({ prompt }) => prompt)).size,
      judged: read.length,
      unreadable: unreadableOf(items, judge),
      judge_rate: raw?.point,
      judge_rate_ci_low: raw?.interval.low,
      judge_rate_ci_high: raw?.interval.high,
      ...(rated.length > 0 ? people : {}),
      ...againstPeople(read, judge),
      ...(isCorrected
        ? {
            rate: figure.point,
            rate_ci_low: figure.interval.low,
            rate_ci_high: figure.interval.high,
            lambda: figure.lambda,
          }
        : {}),
      self_judged: said.selfJudged.has(judge),
      judge_cost_usd: sumOf(calls.map(({ cost_usd }) => cost_usd)),
      judge_tokens: sumOf(calls.map(({ total_tokens }) => total_tokens)),
    };
  });
  const alone = figures.find(({ basis }) => basis === 'people');
  if (alone === undefined) return ofJudges;
  return [
    ...ofJudges,
    {
      ...emptyRow({ ...namesOf(said), criterion, basis: 'people', answers }),
      prompts: alone.prompts,
      judged: rated.length,
      ...people,
      rate: alone.point,
      rate_ci_low: alone.interval.low,
      rate_ci_high: alone.interval.high,
    },
  ];
}

/** A row with no figures yet. */
export function emptyRow(
  about: Names & Pick<QualityRow, 'criterion' | 'answers'> & { basis: Basis },
): QualityRow {
  return { ...about, prompts: 0, judged: 0 } as QualityRow;
}

function againstPeople(items: readonly Item[], judge: string): Partial<QualityRow> {
  const both = items.flatMap((item) => {
    const people = peopleOf(item);
    return people === undefined ? [] : [{ people, judge: item.judges.get(judge)!.worth }];
  });
  if (both.length === 0) return {};
  const passes = both.map((one) => ({ people: one.people >= half, judge: one.judge >= half }));
  const found = agreementOf(passes.map((one): OpinionPair => [Number(one.people), Number(one.judge)]));
  const { sensitivity, specificity, youdenJ } = judgeQuality(passes);
  return {
    agreement: found?.agreement,
    kappa: found?.kappa,
    sensitivity: sensitivity?.point,
    specificity: specificity?.point,
    youden_j: youdenJ?.point,
  };
}

/** Agreement of two raters on the items that both rated. Uses the first two raters of each item. */
export function raterAgreement(items: readonly Item[]): ReturnType<typeof agreementOf> {
  return agreementOf(
    items.flatMap(({ raters }): OpinionPair[] => {
      const [a, b] = [...raters].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, { word }]) => word);
      return a === undefined || b === undefined ? [] : [[a, b]];
    }),
  );
}

/** Undefined if nothing was reported: that is not a sum of zero. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
