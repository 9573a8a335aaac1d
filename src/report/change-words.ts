import type { Change, Changes } from '../analysis/change.ts';
import type { PairRow } from '../analysis/summary-columns.ts';
import { oneLine } from '../base/text.ts';
import { isDifference, measureOf } from './comparison/comparison-wording.ts';
import { fixed, openRange, percent, times } from './number-text.ts';

/**
 * Effect of a change of the suite: `change against main (0123456): +4 points pass (95 % interval −2 to +10: not
 * settled), 0.92× latency (0.85 to 0.99: faster), +12 % tokens (+8 to +16: more).`
 */
export function changeLine({ ref, commit, changes }: Changes): string {
  const revision = `change against ${oneLine(ref, 60)} (${commit.slice(0, 7)})`;
  if (changes.every(({ pairs }) => pairs.length === 0)) return `${revision}: ${nothing}`;
  const [only] = changes;
  if (changes.length === 1) return `${revision}: ${changeWords(only!)}`;
  return `${revision}: ${changes.map((one) => `${oneLine(one.name, 60)}: ${changeWords(one)}`).join('; ')}`;
}

const nothing = 'nothing was measured in both versions';

/** In the order of the sentence. */
const measures: Readonly<Record<string, (pair: PairRow) => string>> = {
  passed: (pair) => points(pair, 'points pass'),
  passed_now: (pair) => points(pair, 'points by the current checks'),
  e2e_latency_ms: ({ ratio, ci_low, ci_high, ...pair }) =>
    ratio === undefined
      ? `latency ${pair.verdict}, without a ratio, because requests failed`
      : `${times(ratio)} latency${inBrackets([ci_low, ci_high], (end) => fixed(end, 2), pair)}`,
  total_tokens: ({ ratio = NaN, ci_low, ci_high, ...pair }) =>
    `${percentMore(ratio)} % tokens${inBrackets([ci_low, ci_high], percentMore, pair)}`,
};

/** For metrics that were requested in addition. */
function otherWords(pair: PairRow): string {
  const { label } = measureOf(pair.metric);
  if (isDifference(pair.metric)) return points(pair, `points ${label}`);
  const { ratio, ci_low, ci_high } = pair;
  if (ratio === undefined) return `${label} ${pair.verdict}, without a ratio`;
  return `${times(ratio)} ${label}${inBrackets([ci_low, ci_high], (end) => fixed(end, 2), pair)}`;
}

function changeWords({ pairs }: Change): string {
  const isOther = pairs.some(({ metric }) => metric === 'passed_now');
  const place = ({ metric }: PairRow): number =>
    metric in measures ? Object.keys(measures).indexOf(metric) : Infinity;
  const said = pairs
    .toSorted((one, other) => place(one) - place(other) || 0)
    .map((pair) => (measures[pair.metric] ?? otherWords)(pair));
  const [first, ...others] = said;
  if (first === undefined) return nothing;
  // The content of the brackets is written out only once.
  const text = [first.replace(' (', ' (95 % interval '), ...others].join(', ');
  return isOther ? text.replace('points pass ', 'points pass by its own checks ') : text;
}

/**
 * Both pass rates of each model, one sentence each: by each version's own checks, and by the current ones if some
 * changed.
 */
export const passRates = ({ name, rates }: Change): string[] =>
  rates.map(({ by, before, now }) => {
    const checks = { own: rates.length > 1 ? ' by its own checks' : '', now: ' by the current checks' }[by];
    return `${oneLine(name, 60)} passed${checks}: ${percent(before)} before, ${percent(now)} now.`;
  });

const points = (
  { difference = NaN, difference_ci_low, difference_ci_high, ...pair }: PairRow,
  what: string,
): string =>
  `${pointsText(difference)} ${what}${inBrackets([difference_ci_low, difference_ci_high], pointsText, pair)}`;

type Ends = readonly [low: number | undefined, high: number | undefined];

function inBrackets(
  [low, high]: Ends,
  text: (end: number) => string,
  pair: Pick<PairRow, 'metric' | 'verdict'>,
): string {
  const [from, to] = [low, high].map((end) => (end === undefined ? undefined : text(end)));
  return ` (${openRange(from, to).replace(' – ', ' to ')}: ${verdictWord(pair)})`;
}

/** More or fewer tokens is neither better nor worse. */
function verdictWord({ metric, verdict }: Pick<PairRow, 'metric' | 'verdict'>): string {
  if (metric !== 'total_tokens') return verdict;
  return { better: 'fewer', worse: 'more' }[verdict] ?? verdict;
}

const signed = (size: number, text: string): string =>
  /^0(?:\.0)?$/.test(text) ? '0' : `${size < 0 ? '−' : '+'}${text}`;

/** Percentage points with a sign. */
const pointsText = (share: number): string =>
  signed(share, fixed(100 * Math.abs(share), 1).replace(/\.0$/, ''));

/** Difference in percent with a sign. */
function percentMore(ratio: number): string {
  const more = 100 * (ratio - 1);
  return signed(more, fixed(Math.abs(more), Math.abs(more) < 9.95 ? 1 : 0).replace(/\.0$/, ''));
}
