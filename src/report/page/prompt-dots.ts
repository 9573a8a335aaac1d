import { median } from '../../stats/quantile.ts';
import type { Collected } from '../../analysis/collect.ts';
import { promptFigure } from '../../analysis/statistic.ts';
import { curveMetrics, type CurveMetric } from './curve.ts';
import { evenly } from './scan/thinned-scan.ts';

/** Each cell's median on one prompt, by cell. Infinite if more than half failed, undefined if nothing was measured. */
export interface PromptDots {
  promptId: string;
  medians: readonly (number | undefined)[];
}

export interface PromptPicture {
  /** The slowest prompt first. */
  prompts: readonly PromptDots[];
  /** Number of prompts asked. With many, not all are drawn. */
  asked: number;
}

/** More rows would not fit on a page. */
export const mostPrompts = 40;

/** For each metric, prompts from slowest to fastest by the middle of their medians. */
export function promptPictures(collected: Collected): Record<CurveMetric, PromptPicture> {
  const entries = curveMetrics.map((metric) => [metric, promptPicture(collected, metric)] as const);
  return Object.fromEntries(entries) as Record<CurveMetric, PromptPicture>;
}

function promptPicture({ cells }: Collected, metric: CurveMetric): PromptPicture {
  const ids = [...new Set(cells.flatMap((cell) => [...cell.prompts.keys()]))].sort();
  const rows = ids.map((promptId) => ({
    promptId,
    medians: cells.map((cell) => {
      const samples = cell.prompts.get(promptId);
      return samples && promptFigure(samples, metric);
    }),
  }));
  const measured = rows.filter(({ medians }) => medians.some((value) => Number.isFinite(value)));
  measured.sort((a, b) => middle(b) - middle(a) || (a.promptId < b.promptId ? -1 : 1));
  return { prompts: evenly(measured, mostPrompts), asked: measured.length };
}

const middle = ({ medians }: PromptDots): number =>
  median(medians.filter((value): value is number => Number.isFinite(value)));
