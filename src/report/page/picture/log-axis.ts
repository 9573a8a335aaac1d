import * as Plot from '@observablehq/plot';
import { logDomain, logTicks } from './picture-axis.ts';

export interface LogAxis {
  domain: [number, number];
  ticks: readonly number[];
  write: (value: number) => string;
}

/** An axis that holds all values, with at most this many marks. */
export function logAxis(values: Iterable<number>, most: number, write: (value: number) => string): LogAxis {
  const domain = logDomain(values);
  return { domain, ticks: logTicks(...domain, most), write };
}

/** What Plot has to know of the scale; the axis itself is drawn by `logAxisX` or `logAxisY`. */
export const logScale = ({ domain }: LogAxis): Plot.ScaleOptions => ({
  type: 'log',
  domain,
  axis: null,
  label: null,
});

// Plot's own axis leaves out the words of some marks when there are many powers of ten.
const words = ({ write }: LogAxis): { text: (tick: number) => string } => ({ text: (tick) => write(tick) });

export const logAxisX = (axis: LogAxis, options: Plot.AxisXOptions = {}): Plot.Markish[] => [
  Plot.gridX(axis.ticks),
  Plot.axisX(axis.ticks, { ...words(axis), label: null, ...options }),
];

export const logAxisY = (axis: LogAxis, options: Plot.AxisYOptions = {}): Plot.Markish[] => [
  Plot.gridY(axis.ticks),
  Plot.axisY(axis.ticks, { ...words(axis), label: null, ...options }),
];
