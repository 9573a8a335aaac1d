import * as Plot from '@observablehq/plot';
import { wordsWidth } from './axes.ts';
import type { Scatter, ScatterPoint } from './scatter.ts';

/** An axis of shares that ends at 100 % and extends down as far as the points need. */
export function shareAxis(
  points: readonly ScatterPoint[],
): Pick<Scatter, 'betterY' | 'y' | 'yAxis' | 'yRoom'> {
  const lowest = Math.min(...points.flatMap(({ y, yLow }) => [y, yLow ?? y]));
  const step = lowest < 0.5 ? 0.2 : lowest < 0.93 ? 0.1 : 0.05;
  const floor = Math.max(0, Math.floor((lowest - 0.02) / step) * step);
  const ticks = Array.from({ length: Math.round((1 - floor) / step) + 1 }, (_, place) => 1 - place * step);
  return {
    betterY: 'higher',
    y: { domain: [floor, 1], axis: null, label: null },
    yAxis: [
      Plot.gridY(ticks),
      Plot.axisY(ticks, { text: (share: number) => `${Math.round(share * 100)} %`, label: null }),
    ],
    yRoom: wordsWidth(['100 %']),
  };
}
