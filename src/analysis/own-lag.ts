import { defined } from '../base/defined.ts';
import { cellName } from '../plan/cell.ts';
import { headlines } from '../measure/metrics.ts';
import type { CellSamples, Collected } from './collect.ts';

/**
 * If lag affects a larger share of a model's answers, no verdict rests on the metric: most of its values are mere
 * ranges.
 */
export const tooMuchLag = 0.25;
/** Share of time in which the event loop was busy, 0 to 1. Above it, instants are stamped late too often. */
export const busyLoop = 0.6;

/** A metric of one model that this machine was too busy to measure. */
export interface LostMetric {
  readonly model: string;
  readonly route: string;
  readonly vantage?: string;
  readonly metric: string;
  /** Share of the answers, 0 to 1. */
  readonly share: number;
}

/** Share of a cell's sound answers whose value our own lag makes unusable. 0 if no answer has the metric. */
export function shareLostToLag(cell: CellSamples, metric: string): number {
  let [hits, total] = [0, 0];
  for (const samples of cell.prompts.values()) {
    const lost = samples.lostToLag(metric);
    hits += lost.hits;
    total += lost.total;
  }
  return total === 0 ? 0 : hits / total;
}

/** Metrics that our own lag makes unusable in more than `above` of a model's answers. */
export function lostMetrics({ cells }: Collected, above: number = tooMuchLag): LostMetric[] {
  return cells.flatMap((cell) =>
    headlines
      .map(({ name }) => ({
        model: cellName(cell),
        route: cell.route,
        ...defined({ vantage: cell.vantage }),
        metric: name,
        share: shareLostToLag(cell, name),
      }))
      .filter(({ share }) => share > above),
  );
}

/**
 * A machine that was too busy to measure: a state of the run, not a fault of any model. Absent if it was not. With an
 * empty list of metrics, the event loop was busy for more than `busyLoop` of the time, but no metric lost too many
 * answers.
 */
export interface TooBusy {
  metrics: LostMetric[];
  readonly loop_utilisation?: number;
}

export function tooBusy(collected: Collected, loopUtilization = 0): TooBusy | undefined {
  const metrics = lostMetrics(collected);
  const isBusy = loopUtilization > busyLoop;
  if (metrics.length === 0 && !isBusy) return undefined;
  return { metrics, ...(isBusy ? { loop_utilisation: loopUtilization } : {}) };
}
