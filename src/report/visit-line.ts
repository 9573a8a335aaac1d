import { cellName } from '../plan/cell.ts';
import type { Visit } from '../analysis/visits.ts';
import { oneLine } from '../base/text.ts';
import { levelText } from '../load/rate.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { duration, percent } from './number-text.ts';

/** A finished visit, for the progress of a run. */
export function visitLine({
  cell,
  load,
  level,
  kind,
  number,
  outcome,
  rows,
  windowMs,
  isLost,
  isBrokenOff,
}: Visit): string {
  const { good, arrivals, achieved, dropped, unstable, word } = outcome;
  const isOpen = load === 'open';
  const late = quantile(ascending(rows.flatMap(({ late_ms: ms }) => ms ?? [])), 0.99);
  const rate = windowMs > 0 ? ` in ${duration(windowMs)}` : '';
  return [
    `${oneLine(cellName(cell), 60)} at ${levelText(load, level)}, ${kind === 'ladder' ? 'rung' : `visit ${number}`}: ${good} of ${arrivals} good${rate}`,
    ...(isOpen && achieved < 1 ? [`${percent(achieved)} sent in time`] : []),
    ...(Number.isNaN(late) ? [] : [`late p99 ${duration(late)}`]),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ...(unstable ? ['its queue was still growing'] : []),
    ...(isLost ? ['a worker was lost'] : []),
    isBrokenOff && !isLost ? 'broken off' : word,
  ].join(', ');
}
