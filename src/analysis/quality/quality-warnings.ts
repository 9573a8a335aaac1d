import { count } from '../../base/text.ts';
import { judgeQuality } from '../../stats/agreement.ts';
import { fewestLabels } from '../../stats/corrected-rate.ts';
import { exactLimits } from '../../stats/korn-graubard.ts';
import { defaultAlpha, type Estimate } from '../../stats/interval.ts';
import { isUnreadable, raterAgreement } from './criterion-rates.ts';
import { isCorrelated } from './lengths.ts';
import { judgesIn, labelsOf, peopleOf, type Named, type Said } from './opinions.ts';
import type { PreferenceRow } from './quality-columns.ts';

/** Below this a judge shows less than half of a true difference. */
const weakJudge = 0.5;
/** If a judge's J differs by more than this between two models, it does not err alike on them. */
const unlike = 0.2;
const manySplits = 0.3;
/** Below this people do not agree on the question. */
const vague = 0.4;

/** Reasons to doubt judged figures. Each is a sentence or two that end with what to do. */
export function qualityWarnings(
  said: readonly Said[],
  preferences: readonly PreferenceRow[],
  named: Named,
): string[] {
  const answers = said.filter(({ other }) => other === undefined);
  return [
    ...new Set([
      ...said.flatMap((one) => kinWarnings(one, named)),
      ...said.flatMap((one) => unreadableWarnings(one, named)),
      ...answers.flatMap((one) => weakWarnings(one, named)),
      ...unlikeWarnings(answers, named),
      ...said.flatMap((one) => vagueWarning(one)),
      ...preferences.flatMap(positionWarnings),
      ...preferences.flatMap((row) => lengthWarnings(row, preferences.length)),
      ...uncheckedWarnings(answers),
    ]),
  ];
}

function kinWarnings(said: Said, named: Named): string[] {
  const { calls, criterion } = said;
  const models = labelsOf(said, named).join(' or ');
  const of = (
    is: (call: Said['calls'][number]) => boolean | undefined,
    words: (judge: string) => string,
  ): string[] => [...new Set(calls.filter((call) => is(call) === true).map(({ judge }) => judge))].map(words);
  return [
    ...of(
      ({ self_judged }) => self_judged,
      (judge) =>
        `Judge ${judge} is itself ${models}, whose answers it judged by ${criterion}. Judges favor their own answers: name another judge.`,
    ),
    ...of(
      ({ same_family, self_judged }) => same_family === true && self_judged !== true,
      (judge) =>
        `Judge ${judge} has the same family name as ${models}. Judges favor their own kind: check it by people's labels (gatebench rate export).`,
    ),
  ];
}

function unreadableWarnings(said: Said, named: Named): string[] {
  const { items, criterion } = said;
  const what = labelsOf(said, named).join(' against ');
  return judgesIn(items)
    .filter((judge) => isUnreadable(items, judge))
    .map((judge) => {
      const unread = items.filter(
        ({ unreadable, judges }) => unreadable.has(judge) && !judges.has(judge),
      ).length;
      return `${criterion}: ${count(unread, 'verdict')} of judge ${judge} on ${what} of ${items.length} cannot be read, so it has no figure there. Use a judge that replies with one of the words.`;
    });
}

/** How the judge rates what people labeled. */
const labeled = ({ items }: Said, judge: string): { people: boolean; judge: boolean }[] =>
  items.flatMap((item) => {
    const [people, opinion] = [peopleOf(item), item.judges.get(judge)];
    return people === undefined || opinion === undefined
      ? []
      : [{ people: people >= 0.5, judge: opinion.worth >= 0.5 }];
  });

function weakWarnings(one: Said, named: Named): string[] {
  return judgesIn(one.items).flatMap((judge) => {
    const { youdenJ } = judgeQuality(labeled(one, judge));
    if (youdenJ === undefined || youdenJ.point >= weakJudge) return [];
    return [
      `${one.criterion}: judge ${judge} shows ${Math.max(0, Math.round(100 * youdenJ.point))} % of a true difference on ${named(one)} (J = sensitivity + specificity − 1). Its verdicts add little to people's labels: use another judge, or ask a simpler question.`,
    ];
  });
}

/** Pairs of models on which a judge's J surely differs. */
function unlikeWarnings(answers: readonly Said[], named: Named): string[] {
  return answers.flatMap((a, index) =>
    answers
      .slice(index + 1)
      .filter((b) => a.criterion === b.criterion)
      .flatMap((b) =>
        judgesIn(a.items).flatMap((judge) => {
          const [one, other] = [a, b].map((each) => judgeQuality(labeled(each, judge)).youdenJ);
          if (!one || !other || Math.abs(one.point - other.point) <= unlike || !areApart(one, other))
            return [];
          return [
            `${a.criterion}: judge ${judge} is not equally strict with ${named(a)} and ${named(b)} (J ${one.point.toFixed(2)} and ${other.point.toFixed(2)}). Compare them only by figures that labels correct.`,
          ];
        }),
      ),
  );
}

/** Whether the interval of their difference excludes zero. */
function areApart(a: Estimate, b: Estimate): boolean {
  const [less, more] = a.point < b.point ? [a, b] : [b, a];
  const reach = Math.hypot((less.interval.high ?? 1) - less.point, more.point - (more.interval.low ?? -1));
  return more.point - less.point > reach;
}

function vagueWarning({ items, criterion }: Said): string[] {
  const found = raterAgreement(items);
  if (found?.kappa === undefined || found.kappa >= vague) return [];
  return [
    `${criterion}: people agree little beyond chance (kappa ${found.kappa.toFixed(2)}). The question is vague: rewrite it rather than look for a better judge.`,
  ];
}

function positionWarnings({
  model_a,
  model_b,
  criterion,
  judge,
  splits = 0,
  first_preferred: first,
  wins_a,
  wins_b,
  ties,
}: PreferenceRow): string[] {
  if (judge === undefined) return [];
  const all = wins_a + wins_b + ties;
  const about = `${criterion}: judge ${judge}, ${model_a} against ${model_b}:`;
  const calls = 2 * all;
  const limits = first === undefined || calls === 0 ? undefined : exactLimits(first, calls, defaultAlpha);
  return [
    ...(all > 0 && splits > manySplits * all
      ? [
          `${about} the two orders disagree on ${Math.round((100 * splits) / all)} %. Each counts as a tie: more prompts, or another judge, would tell more.`,
        ]
      : []),
    ...(limits !== undefined && (limits.low > 0.5 || limits.high < 0.5)
      ? [
          `${about} the answer shown first is preferred in ${Math.round(100 * first!)} % of decided calls. Both orders cancel that, at the price of ties.`,
        ]
      : []),
  ];
}

/** Long answers may be better ones. Only answers of about equal length separate the two explanations. */
function lengthWarnings(row: PreferenceRow, family: number): string[] {
  const { model_a, model_b, criterion, basis, judge, prompts, length_correlation: r } = row;
  if (r === undefined || !isCorrelated(r, prompts, family)) return [];
  const { similar_length: similar = 0, similar_win_share: alike, win_share: all } = row;
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const who = judge === undefined ? basis : `judge ${judge}`;
  return [
    `${criterion}: ${who}, ${model_a} against ${model_b}: the ${r > 0 ? 'longer' : 'shorter'} answer tends to be preferred (correlation ${r.toFixed(2)} by prompt). ${
      alike === undefined || all === undefined
        ? 'No two answers are of about the same length, so the preference may be one for length: ask for a length in the prompt.'
        : `${model_b} wins ${percent(all)} in all, and ${percent(alike)} of ${count(similar, 'comparison')} of about the same length: trust the verdict where the two agree.`
    }`,
  ];
}

/** For a judge that has not been checked: how to check it. */
function uncheckedWarnings(answers: readonly Said[]): string[] {
  return [...Map.groupBy(answers, ({ criterion }) => criterion)].flatMap(([criterion, own]) => {
    const judges = [...new Set(own.flatMap(({ items }) => judgesIn(items)))];
    const least = Math.min(...own.map(({ items }) => items.filter(({ raters }) => raters.size > 0).length));
    if (judges.length === 0 || least >= fewestLabels) return [];
    return [
      `${criterion}: judge ${judges.join(', ')} is unchecked. Its figures hold only if it errs alike on all models: label ${fewestLabels} answers of each model with gatebench rate export.`,
    ];
  });
}
