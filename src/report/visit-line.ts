import { cellName, type Ways } from '../plan/cell.ts';
import type { Visit } from '../analysis/visits.ts';
import { oneLine } from '../base/text.ts';
import { levelText, rateText } from '../load/rate.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { duration, percent } from './number-text.ts';

/** `now: swift at 5/s, visit 2`. Undefined for a request without a visit. */
export function underWay({ cell, visit, phase }: PlannedRequest, ways: Ways = {}): string | undefined {
  if (!visit) return undefined;
  const { load, level, number } = visit;
  const place = phase === 'ladder' ? 'rung' : `visit ${number}`;
  return `now: ${oneLine(cellName(cell, ways), 60)} at ${levelText(load, level)}, ${place}${phase === 'warmup' ? ' (warm-up)' : ''}`;
}

/**
 * A finished visit, for the progress of a run. `ways`: dimensions in which the run's cells differ, which names include.
 */
export function visitLine(visit: Visit, ways: Ways = {}): string {
  const { cell, load, slo, level, kind, number, outcome, rows, windowMs, isLost, isBrokenOff } = visit;
  const { good, arrivals, achieved, dropped, unstable, word } = outcome;
  const isOpen = load === 'open';
  const late = quantile(ascending(rows.flatMap(({ late_ms: ms }) => ms ?? [])), 0.99);
  const per = (amount: number): string[] =>
    windowMs > 0 ? [`${rateText((1000 * amount) / windowMs)}${isOpen ? ' sent in time' : ''}`] : [];
  const passed = slo || word === 'void' ? [word] : [];
  return [
    `${oneLine(cellName(cell, ways), 60)} at ${levelText(load, level)}, ${kind === 'ladder' ? 'rung' : `visit ${number}`}: ${good} of ${arrivals} ${slo ? 'good' : 'answered'} in ${duration(windowMs)}`,
    ...per(isOpen ? achieved * arrivals : good).map((rate) =>
      isOpen && achieved < 1 ? `${rate} (${percent(achieved)})` : rate,
    ),
    ...(Number.isNaN(late) ? [] : [`late p99 ${duration(late)}`]),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ...(unstable && slo ? ['its queue was still growing'] : []),
    ...(isLost ? ['a worker was lost'] : []),
    ...(isBrokenOff && !isLost ? ['broken off'] : passed),
  ].join(', ');
}
