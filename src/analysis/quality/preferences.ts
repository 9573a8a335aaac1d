import { seededRandom } from '../../base/random.ts';
import {
  correctedMean,
  correctedP,
  correctedRate,
  correctedShare,
  correlation,
  differenceOf,
  fewestLabels,
  type CorrectedMean,
} from '../../stats/corrected-rate.ts';
import { holm } from '../../stats/holm.ts';
import { defaultAlpha, type Estimate } from '../../stats/interval.ts';
import { sameBut } from '../../plan/cell.ts';
import { mean, variance } from '../../stats/quantile.ts';
import { signFlipTest } from '../../stats/sign-flip.ts';
import { differenceInterval, type Contrast } from '../contrast.ts';
import { defaultMargin, morePrompts, outcomeOf, type Outcome } from '../pair-verdict.ts';
import type { Basis } from '../need-limit.ts';
import type { PairRow } from '../summary-columns.ts';
import { isUnreadable } from './criterion-rates.ts';
import { lengthFigures, type LengthRatio } from './lengths.ts';
import {
  judgedPrompts,
  judgesIn,
  labelsOf,
  ratedPrompts,
  type Item,
  type Named,
  type Said,
} from './opinions.ts';
import type { PreferenceRow } from './quality-columns.ts';

/** Finding of one basis on b against a, before any verdict. On the scale of shares, 0 if they are equal. */
interface Finding {
  readonly basis: Exclude<Basis, 'checks'>;
  readonly judge?: string;
  readonly prompts: number;
  /** b − a of rates, or b's share of wins less a half. */
  readonly effect: Estimate;
  readonly p: number;
  readonly sd: number;
}

/** With a judge alone, an outcome is marked as `seems`. */
const wordOf = (outcome: Outcome, basis: Finding['basis']): string =>
  basis === 'judge' && outcome !== 'not settled' ? `seems ${outcome}` : outcome;

interface Judged<Row> {
  /** The pair and the criterion. */
  readonly about: string;
  readonly finding: Finding;
  row: (rule: { p_holm: number; verdict: string; more: number | undefined }) => Row;
}

/**
 * Verdicts by the same rule as all pairs: a corrected p, and an interval clear of the margin. If judges on one basis
 * disagree about which is better, neither verdict counts. A finding of equal is no disagreement.
 */
function withVerdicts<Row>(all: readonly Judged<Row>[], alpha = defaultAlpha): Row[] {
  const adjusted = holm(all.map(({ finding }) => finding.p));
  const rules = adjusted.map((pHolm) => ({ margin: defaultMargin, alpha, pHolm, family: all.length }));
  const outcomes = all.map(({ finding }, index) => outcomeOf(contrastOf(finding), rules[index]!));
  const disputed = disputes(all, outcomes);
  return all.map(({ finding, about, row }, index) => {
    const isOpen = outcomes[index] === 'not settled';
    const outcome = disputed.has(panelOf(about, finding)) ? 'not settled' : outcomes[index]!;
    const more = isOpen ? morePrompts(contrastOf(finding), rules[index]!) : undefined;
    return row({ p_holm: adjusted[index]!, verdict: wordOf(outcome, finding.basis), more });
  });
}

/** Judges of a pair that share one basis. */
const panelOf = (about: string, { basis }: Finding): string => `${basis}\n${about}`;

/** Pairs on whose sign judges disagree, unless all of them find the two equal. */
function disputes(
  all: readonly Pick<Judged<unknown>, 'about' | 'finding'>[],
  outcomes: readonly Outcome[],
): Set<string> {
  const panels = Map.groupBy(
    all.map(({ about, finding }, index) => ({ ...finding, about, outcome: outcomes[index] })),
    (one) => panelOf(one.about, one),
  );
  const isDisputed = (own: readonly { effect: Estimate; outcome: Outcome | undefined }[]): boolean =>
    own.some(({ effect }) => effect.point > 0) &&
    own.some(({ effect }) => effect.point < 0) &&
    own.some(({ outcome }) => outcome !== 'equal');
  return new Set([...panels].flatMap(([key, own]) => (isDisputed(own) ? [key] : [])));
}

const contrastOf = ({ effect, prompts, sd, p }: Finding): Contrast => ({
  ...{ prompts, effect, sd, p },
  scale: 'share',
  better: 'higher',
  ratio: undefined,
  ratioInterval: {},
});

/** A mean of differences by prompt with a sign-flip test. Intervals come from gains and losses. */
function plainFinding(
  values: readonly number[],
  trials: number,
  seed: string,
  about: Pick<Finding, 'basis' | 'judge'>,
): Finding {
  return {
    ...about,
    prompts: values.length,
    effect: { point: mean(values), interval: differenceInterval(values, trials, defaultAlpha) },
    p: signFlipTest(values, seededRandom(seed)),
    sd: Math.sqrt(variance(values)),
  };
}

const spreadOf = ({ variance: squared, labels }: CorrectedMean): number => Math.sqrt(squared * labels);

/** Preferences on half the scale: a win is half a point above equal, like a share. */
const halved = (values: readonly number[]): number[] => values.map((value) => value / 2);

/** Which of two models is preferred, on every available basis. */
export function preferenceRows(all: readonly Said[], named: Named, ratioOf: LengthRatio): PreferenceRow[] {
  return withVerdicts(
    all.flatMap((said) => {
      const { criterion, items } = said;
      const [model_a, model_b] = labelsOf(said, named);
      if (model_a === undefined || model_b === undefined) return [];
      const rated = items.filter(({ raters }) => raters.size > 0).length;
      return findingsOf(items, `${criterion}/${model_a}/${model_b}`).map(
        (finding): Judged<PreferenceRow> => ({
          about: `${criterion}\n${model_a}\n${model_b}`,
          finding,
          row: ({ p_holm, verdict }) => {
            const { judge, effect, p, prompts, basis } = finding;
            return {
              ...{ model_a, model_b, criterion, basis, judge, prompts },
              ...countsOf(items, judge),
              splits: judge === undefined ? undefined : items.filter(({ split }) => split.has(judge)).length,
              first_preferred: judge === undefined ? undefined : firstPreferred(said, judge),
              rated: rated > 0 ? rated : undefined,
              win_share: 0.5 + effect.point,
              ci_low: shifted(effect.interval.low),
              ci_high: shifted(effect.interval.high),
              ...{ p, p_holm, verdict },
              ...lengthFigures(said, judge, ratioOf),
            };
          },
        }),
      );
    }),
  );
}

/** With few prompts an interval may extend beyond the range of a share. */
const shifted = (end: number | undefined): number | undefined =>
  end === undefined ? undefined : Math.min(1, Math.max(0, 0.5 + end));

function findingsOf(items: readonly Item[], seed: string): Finding[] {
  const judges = judgesIn(items).flatMap((judge): Finding[] => {
    if (isUnreadable(items, judge)) return [];
    const prompts = judgedPrompts(items, judge);
    if (prompts.length === 0) return [];
    const answers = items.filter((item) => item.judges.has(judge)).length;
    const labels = prompts.filter((one) => one.label !== undefined).length;
    const share = labels >= fewestLabels ? correctedShare(prompts, answers) : undefined;
    if (!share)
      return [
        plainFinding(halved(prompts.map(({ judged }) => judged)), answers / prompts.length, seed, {
          basis: 'judge',
          judge,
        }),
      ];
    const { low, high } = share.interval;
    const corrected = correctedMean(prompts)!;
    return [
      {
        basis: 'judge+people',
        judge,
        prompts: prompts.length,
        effect: { point: share.point - 0.5, interval: { low: low! - 0.5, high: high! - 0.5 } },
        p: correctedP(corrected),
        sd: spreadOf(corrected) / 2,
      },
    ];
  });
  const rated = ratedPrompts(items);
  if (rated.length === 0 || judges.some(({ basis }) => basis === 'judge+people')) return judges;
  const trials = mean(rated.map(({ answers }) => answers));
  return [
    ...judges,
    plainFinding(halved(rated.map(({ worth }) => worth)), trials, seed, { basis: 'people' }),
  ];
}

function countsOf(
  items: readonly Item[],
  judge: string | undefined,
): Pick<PreferenceRow, 'wins_a' | 'wins_b' | 'ties'> {
  const votes = items.flatMap(({ judges, raters }) => {
    if (judge !== undefined) return judges.get(judge)?.worth ?? [];
    return raters.size === 0 ? [] : mean([...raters.values()].map(({ worth }) => worth));
  });
  const [wins_a, wins_b] = [votes.filter((vote) => vote < 0).length, votes.filter((vote) => vote > 0).length];
  return { wins_a, wins_b, ties: votes.length - wins_a - wins_b };
}

/** Position bias shows only here: in a fixed order it would look like quality. */
function firstPreferred({ calls }: Said, judge: string): number | undefined {
  const decided = calls.filter(
    (call) => call.judge === judge && (call.preferred === 'a' || call.preferred === 'b'),
  );
  const first = decided.filter(({ preferred, order }) => (order === 'ab') === (preferred === 'a'));
  return decided.length === 0 ? undefined : first.length / decided.length;
}

/** A pair of models on a criterion that asks about one answer, in the shape of `pairs.csv`, with its basis. */
export interface CriterionPair extends PairRow {
  readonly criterion: string;
  readonly basis: Finding['basis'];
  readonly judge?: string;
}

/**
 * Compares models on each criterion that asks about one answer: b − a of the rates, on the prompts that both have. With
 * enough labels on the same prompts, the rates are corrected: p comes from the paired t, the interval is joined from
 * both rates. A verdict needs both.
 */
export function criterionPairs(all: readonly Said[], named: Named, alpha = defaultAlpha): CriterionPair[] {
  const groups = Map.groupBy(
    all.filter(({ other }) => other === undefined),
    ({ criterion, route }) => `${criterion}\n${route}`,
  );
  return withVerdicts(
    [...groups.values()].flatMap((group) =>
      group.flatMap((a, index) =>
        group
          .slice(index + 1)
          .filter((b) => isRival(a, b))
          .flatMap((b) =>
            differencesOf(a, b).map((finding): Judged<CriterionPair> => ({
              about: `${a.criterion}\n${named(a)}\n${named(b)}`,
              finding,
              row: ({ p_holm, verdict, more }) =>
                ({
                  metric: `rate(${a.criterion})`,
                  criterion: a.criterion,
                  basis: finding.basis,
                  ...(finding.judge === undefined ? {} : { judge: finding.judge }),
                  model_a: named(a),
                  model_b: named(b),
                  prompts: finding.prompts,
                  p: finding.p,
                  p_holm,
                  verdict,
                  more_prompts: more,
                  difference: finding.effect.point,
                  difference_ci_low: finding.effect.interval.low,
                  difference_ci_high: finding.effect.interval.high,
                }) as CriterionPair,
            })),
          ),
      ),
    ),
    alpha,
  );
}

/** They differ in exactly one thing: the model, the variant of the prompts, or the version of the suite. */
const isRival = (a: Said, b: Said): boolean =>
  ['model', 'variant', 'version'].some((name) => sameBut(a, b, name));

function differencesOf(a: Said, b: Said): Finding[] {
  const seed = [
    a.criterion,
    a.model,
    b.model,
    ...(a.variant === b.variant ? [] : [a.variant, b.variant]),
  ].join('/');
  const judges = judgesIn(a.items).filter((judge) => judgesIn(b.items).includes(judge));
  const findings = judges.flatMap((judge): Finding[] => {
    if (isUnreadable(a.items, judge) || isUnreadable(b.items, judge)) return [];
    const [ofA, ofB] = [judgedPrompts(a.items, judge), judgedPrompts(b.items, judge)];
    const shared = ofA.flatMap((one) => {
      const other = ofB.find(({ prompt }) => prompt === one.prompt);
      return other ? [[one, other] as const] : [];
    });
    if (shared.length === 0) return [];
    const paired = shared.map(([one, other]) => ({
      judged: other.judged - one.judged,
      ...(one.label && other.label
        ? {
            label: {
              people: other.label.people - one.label.people,
              judge: other.label.judge - one.label.judge,
            },
          }
        : {}),
    }));
    const labels = paired.filter((one) => 'label' in one).length;
    if (labels < fewestLabels) {
      const trials = mean(
        [a, b].map(
          ({ items }) => items.length / Math.max(1, new Set(items.map(({ prompt }) => prompt)).size),
        ),
      );
      return [
        plainFinding(
          paired.map(({ judged }) => judged),
          trials,
          seed,
          { basis: 'judge', judge },
        ),
      ];
    }
    const both = shared.filter(([one, other]) => one.label && other.label);
    const rates = [0, 1].map((side) =>
      correctedRate(
        shared.map((pair) => pair[side]!),
        countIn(side === 0 ? a : b, judge),
      )!,
    );
    const residuals = [0, 1].map((side) =>
      both.map((pair) => pair[side]!.label!.people - rates[side]!.lambda * pair[side]!.label!.judge),
    );
    const corrected = correctedMean(paired)!;
    return [
      {
        basis: 'judge+people',
        judge,
        prompts: shared.length,
        effect: differenceOf(rates[0]!, rates[1]!, correlation(residuals[0]!, residuals[1]!)),
        p: correctedP(corrected),
        sd: spreadOf(corrected),
      },
    ];
  });
  if (findings.some(({ basis }) => basis === 'judge+people')) return findings;
  const people = ratedPrompts(a.items).flatMap(({ prompt, worth }) => {
    const other = ratedPrompts(b.items).find((one) => one.prompt === prompt);
    return other ? [other.worth - worth] : [];
  });
  return people.length === 0 ? findings : [...findings, plainFinding(people, 1, seed, { basis: 'people' })];
}

const countIn = ({ items }: Said, judge: string): number =>
  items.filter(({ judges }) => judges.has(judge)).length;
