import { count, oneLine } from '../../base/text.ts';
import { times } from '../number-text.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { wordsFor } from './metric-words.ts';

/** A verdict in one plain sentence, the better model named first. */
export function verdictSentence(pair: PairRow): string {
  const { verdict } = pair;
  const [a, b] = [oneLine(pair.model_a, 120), oneLine(pair.model_b, 120)];
  const isPassRate = pair.metric === 'passed';
  switch (verdict) {
    case 'faster':
      return `${b} is faster than ${a}: ${ratioWords(pair)}.`;
    case 'slower':
      return `${a} is faster than ${b}: ${ratioWords(turned(pair))}.`;
    case 'better':
      return `${b} passes more checks than ${a}: ${differenceWords(pair)}.`;
    case 'worse':
      return `${a} passes more checks than ${b}: ${differenceWords(turned(pair))}.`;
    case 'equal':
      return isPassRate
        ? `${a} and ${b} pass equally often within the margin: ${differenceWords(pair)} for ${b}.`
        : `${a} and ${b} are equal within the margin: ${b} has ${ratioWords(pair)}.`;
    default:
      return `${a} and ${b} cannot be told apart${seen(pair)}${remedy(pair)}.`;
  }
}

function seen(pair: PairRow): string {
  const words = pair.metric === 'passed' ? differenceWords(pair) : ratioWords(pair);
  return words === '' ? '' : `: ${oneLine(pair.model_b, 120)} has ${words}`;
}

function remedy({ more_prompts: more }: PairRow): string {
  if (more === undefined) return '';
  return more > 2000
    ? '; more prompts than a suite can hold would be needed'
    : `; about ${count(more, 'more prompt')} would settle it`;
}

/** `0.71× the E2E latency (0.62–0.80)`. */
function ratioWords({ metric, ratio, ci_low: low, ci_high: high }: PairRow): string {
  if (ratio === undefined) return '';
  return `${times(ratio)} ${wordsFor(metric).quantity}${ratioInterval(low, high)}`;
}

export function ratioInterval(low: number | undefined, high: number | undefined): string {
  if (low !== undefined && high !== undefined) return ` (${low.toFixed(2)}–${high.toFixed(2)})`;
  if (low !== undefined) return ` (${low.toFixed(2)} or more)`;
  return high !== undefined ? ` (${high.toFixed(2)} or less)` : '';
}

/** `+12 points (5 to 19)`. */
function differenceWords(pair: PairRow): string {
  if (pair.difference === undefined) return '';
  return `${signedPoints(pair.difference)} points of the pass rate${pointsInterval(pair)}`;
}

export function pointsInterval({ difference_ci_low: low, difference_ci_high: high }: PairRow): string {
  return low !== undefined && high !== undefined ? ` (${points(low)} to ${points(high)})` : '';
}

const points = (share: number): string => String(Math.round(share * 100)).replace('-', '−');
export const signedPoints = (share: number): string => (share > 0.005 ? `+${points(share)}` : points(share));

/** The same comparison, of a against b. */
export function turned(pair: PairRow): PairRow {
  const opposite: Record<string, PairRow['verdict']> = {
    faster: 'slower',
    slower: 'faster',
    better: 'worse',
    worse: 'better',
  };
  return {
    ...pair,
    model_a: pair.model_b,
    model_b: pair.model_a,
    ratio: inverse(pair.ratio),
    ci_low: inverse(pair.ci_high),
    ci_high: inverse(pair.ci_low),
    difference: negative(pair.difference),
    difference_ci_low: negative(pair.difference_ci_high),
    difference_ci_high: negative(pair.difference_ci_low),
    verdict: opposite[pair.verdict] ?? pair.verdict,
  };
}

const inverse = (ratio: number | undefined): number | undefined =>
  ratio === undefined || ratio === 0 ? undefined : 1 / ratio;
const negative = (n: number | undefined): number | undefined => (n === undefined ? undefined : 0 - n);
