import { turned } from '../ranking.ts';
import type { PairRow } from '../../analysis/summary-columns.ts';
import { count, oneLine } from '../../base/text.ts';
import { times } from '../number-text.ts';

/** Wording of the compared metrics in sentences and on cards. */
export interface MetricWords {
  metric: string;
  /** At the beginning of a line. */
  label: string;
  /** Heading of a card: the wish. Absent if another metric has that card. */
  wish?: string;
  /** With the article, as in "0.71× the E2E latency". */
  quantity: string;
  short: string;
}

/** In the order in which verdicts are given. */
export const metricWords: readonly MetricWords[] = [
  {
    metric: 'e2e_latency_ms',
    label: 'E2E latency',
    wish: 'Done soonest',
    quantity: 'the E2E latency',
    short: 'whole answer (E2E latency)',
  },
  {
    metric: 'ttft_ms',
    label: 'TTFT',
    wish: 'Responds soonest',
    quantity: 'the time to first token',
    short: 'first token (TTFT)',
  },
  {
    metric: 'ttfat_ms',
    label: 'TTFAT',
    wish: 'Answer starts soonest',
    quantity: 'the time to the first answer token',
    short: 'first token of the answer (TTFAT)',
  },
  {
    metric: 'tpot_ms',
    label: 'TPOT',
    quantity: 'the time per output token',
    short: 'time per output token (TPOT)',
  },
  {
    metric: 'output_tps',
    label: 'Output rate',
    quantity: 'the output rate',
    short: 'output rate (tokens per second)',
  },
  {
    metric: 'passed',
    label: 'Checks passed',
    wish: 'Right most often',
    quantity: 'the pass rate',
    short: 'checks passed',
  },
];

export const wordsFor = (metric: string): MetricWords =>
  metricWords.find((words) => words.metric === metric) ?? {
    metric,
    label: metric,
    quantity: `the ${metric}`,
    short: metric,
  };

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
      return `The difference between ${a} and ${b} is not settled${seen(pair)}${remedy(pair)}.`;
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
