import { differences } from '../../plan/cell.ts';
import { correlation } from '../../stats/corrected-rate.ts';
import { defaultAlpha } from '../../stats/interval.ts';
import { mean, variance } from '../../stats/quantile.ts';
import { tCritical } from '../../stats/student-t.ts';
import type { Collected } from '../collect.ts';
import { peopleOf, sidesOf, type Item, type Said } from './opinions.ts';
import type { PreferenceRow } from './quality-columns.ts';

/** Column of `requests.csv`: characters in the answer. */
export const answerLength = 'answer_chars';

/** Two answers are about equally long if the shorter has at least this share of the characters of the longer. */
const alike = 0.8;
/** With fewer prompts a correlation says nothing. */
const fewestPrompts = 4;

/** How preferences depend on answer lengths: columns of `preferences.csv`. */
export type LengthFigures = Pick<
  PreferenceRow,
  'similar_length' | 'similar_win_share' | 'length_correlation'
>;

/**
 * Characters of b's answer ÷ those of a's. Undefined if one is unknown or empty: an empty answer is not preferred for
 * its length.
 */
export type LengthRatio = (said: Said, item: Item) => number | undefined;

export function lengthRatios({ cells }: Collected): LengthRatio {
  return (said, { prompt, repeat }) => {
    const [a, b] = sidesOf(said).map((names) =>
      cells
        .find((cell) => differences(cell, names).length === 0)
        ?.prompts.get(prompt)
        ?.of(repeat, answerLength),
    );
    return a !== undefined && b !== undefined && a > 0 && b > 0 ? b / a : undefined;
  };
}

/** Based on the uncorrected verdicts of a judge or of people. Empty if no length is known. */
export function lengthFigures(said: Said, judge: string | undefined, ratioOf: LengthRatio): LengthFigures {
  const known = said.items.flatMap((item) => {
    const worth = judge === undefined ? peopleOf(item) : item.judges.get(judge)?.worth;
    const ratio = ratioOf(said, item);
    return worth === undefined || ratio === undefined ? [] : [{ prompt: item.prompt, worth, ratio }];
  });
  if (known.length === 0)
    return { similar_length: undefined, similar_win_share: undefined, length_correlation: undefined };
  const similar = known.filter(({ ratio }) => Math.min(ratio, 1 / ratio) >= alike);
  const byPrompt = (some: typeof known): (typeof known)[] => [
    ...Map.groupBy(some, ({ prompt }) => prompt).values(),
  ];
  const worths = (some: typeof known): number[] =>
    byPrompt(some).map((own) => mean(own.map(({ worth }) => worth)));
  const lengths = byPrompt(known).map((own) => mean(own.map(({ ratio }) => Math.log(ratio))));
  const preferred = worths(known);
  const isTold = lengths.length >= fewestPrompts && variance(lengths) > 0 && variance(preferred) > 0;
  return {
    similar_length: similar.length,
    similar_win_share: similar.length > 0 ? 0.5 + mean(worths(similar)) / 2 : undefined,
    length_correlation: isTold ? correlation(preferred, lengths) : undefined,
  };
}

/**
 * Whether a correlation over this many pairs is surely not zero, by the t of Pearson's r. `family`: number of
 * correlations tested together (Bonferroni).
 */
export function isCorrelated(r: number, pairs: number, family = 1): boolean {
  const freedom = pairs - 2;
  if (freedom < 1) return false;
  const t = Math.abs(r) * Math.sqrt(freedom / Math.max(1e-12, 1 - r * r));
  return t > tCritical(defaultAlpha / family, freedom);
}
