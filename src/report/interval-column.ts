import { duration } from './number-text.ts';
import { intervalBar } from './interval-bar.ts';
import { isLowerBound, rankedBy, type RankedModel } from './ranking-lines.ts';
import type { TextColumn } from './text-table.ts';

/** A column of bars that takes as much room as it is given, between `least` and `most` cells. */
export interface BarColumn {
  least: number;
  most: number;
  draw(width: number): TextColumn & { key: string };
}

/** Geometric mean of E2E latency with its interval, all models on one axis from 0. Absent when nothing is measured. */
export function barColumn(rows: readonly RankedModel[]): BarColumn | undefined {
  const ends = rows.flatMap(({ model }) => [model[rankedBy] ?? 0, model.e2e_latency_ms_geomean_ci_high ?? 0]);
  const axisEnd = Math.max(...ends);
  if (axisEnd === 0) return undefined;
  return { least: 14, most: 40, draw: (width) => draw(rows, axisEnd, width) };
}

function draw(rows: readonly RankedModel[], axisEnd: number, width: number): TextColumn & { key: string } {
  const end = duration(axisEnd);
  return {
    key: 'bar',
    title: rows.some(({ model }) => model.e2e_latency_ms_geomean_ci_low !== undefined)
      ? 'E2E, 95 % CI'
      : 'E2E',
    subtitle: `0${end.padStart(width - 1)}`,
    align: 'left',
    cells: rows.map(({ model }) => ({ text: bar(model, axisEnd, width) })),
  };
}

function bar(model: RankedModel['model'], axisEnd: number, width: number): string {
  const { e2e_latency_ms_geomean_ci_low: low, e2e_latency_ms_geomean_ci_high: high, [rankedBy]: mid } = model;
  if (mid === undefined) return '';
  const ends = { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
  return intervalBar({ mid, ...ends, isLowerBound: isLowerBound(model, rankedBy) }, axisEnd, width);
}
