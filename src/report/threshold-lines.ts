import type { ThresholdResult } from '../analysis/thresholds.ts';
import { oneLine } from '../base/text.ts';
import { cellName, type Ways } from '../plan/cell.ts';
import { figureText, notMeasured, rangeText } from './number-text.ts';
import type { Tone } from './paint.ts';

const marks = { ok: '✓', failed: '✗', 'not settled': '· not settled:' } as const;

export const thresholdTones: Readonly<Record<ThresholdResult['verdict'], Tone>> = {
  ok: 'good',
  failed: 'bad',
  'not settled': 'quiet',
};

/** `✓ p95(e2e_latency_ms) of glm 8.42 s (7.90 s – 9.10 s), at most 15 s`. `ways`: of the run. */
export function thresholdLine(result: ThresholdResult, ways: Ways): string {
  const isMeasured = result.value !== undefined || result.ciLow !== undefined || result.ciHigh !== undefined;
  const name = thresholdName(result, ways) + (isMeasured ? '' : ',');
  return `${marks[result.verdict]} ${name} ${thresholdText(result)}`;
}

/** `p95(e2e_latency_ms) of glm`. */
export function thresholdName(result: ThresholdResult, ways: Ways): string {
  return `${result.threshold.metric} of ${oneLine(cellName(result, ways), 100)}`;
}

/** The figure, the limit, and why it is open. */
export function thresholdText({ threshold, value, ciLow, ciHigh, reason }: ThresholdResult): string {
  const { column, min, max, strict } = threshold;
  const figure = figureText(column, value);
  const range = rangeText(column, ciLow, ciHigh);
  const limits = [
    ...(min === undefined ? [] : [`at least ${figureText(column, min)}`]),
    ...(max === undefined ? [] : [`at most ${figureText(column, max)}`]),
    ...(strict ? ['decided on the point estimate'] : []),
    ...(reason === undefined ? [] : [reason]),
  ];
  const found = [
    ...(figure === notMeasured ? [] : [figure]),
    ...(range === notMeasured ? [] : [`(${range})`]),
  ].join(' ');
  return [...(found === '' ? [] : [found]), ...limits].join(', ');
}
