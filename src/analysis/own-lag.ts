import { defined } from '../base/defined.ts';
import { cellName } from '../plan/cell.ts';
import { headlines } from '../measure/metrics.ts';
import type { CellSamples, Collected } from './collect.ts';

/** Above this share of the answers to a model, no verdict rests on a metric: most of its values are mere ranges. */
export const tooMuchLag = 0.25;
/** Share of the time in which the event loop was busy, 0 to 1, above which it stamps instants late too often. */
export const busyLoop = 0.6;

/** A metric of one model that this machine was too busy to measure. */
export interface LostMetric {
  readonly model: string;
  readonly route: string;
  readonly vantage?: string;
  readonly metric: string;
  /** Of the answers, 0 to 1. */
  readonly share: number;
}

/** Share of a cell's sound answers of which our own lag takes a metric out. 0 where none measured it. */
export function shareLostToLag(cell: CellSamples, metric: string): number {
  let [hits, total] = [0, 0];
  for (const samples of cell.prompts.values()) {
    const lost = samples.lostToLag(metric);
    hits += lost.hits;
    total += lost.total;
  }
  return total === 0 ? 0 : hits / total;
}

/** Metrics of which our own lag takes out more than `above` of the answers of a model. */
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
 * A machine that was too busy to measure: a state of the run, and no model's fault. Absent where it was not. An empty list
 * of metrics: its event loop was busy for more than `busyLoop` of the time, though no metric lost too many answers.
 */
export interface TooBusy {
  metrics: LostMetric[];
  readonly loop_utilisation?: number;
}

export function tooBusy(collected: Collected, loopUtilisation = 0): TooBusy | undefined {
  const metrics = lostMetrics(collected);
  const isBusy = loopUtilisation > busyLoop;
  if (metrics.length === 0 && !isBusy) return undefined;
  return { metrics, ...(isBusy ? { loop_utilisation: loopUtilisation } : {}) };
}
