import * as Plot from '@observablehq/plot';
import { displayWidth } from '../../../base/display-width.ts';
import type { Ms } from '../../../base/clock.ts';
import type { ModelLook } from '../model-look.ts';

/**
 * Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten. More if there would be fewer than three, fewer if they
 * would not fit.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  const [fine, ...coarser] = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1, 3], [1]].map((steps) =>
    ticksOf(low, high, steps),
  );
  const usual = coarser.find(({ length }) => length <= most);
  if (usual && usual.length < 3 && fine!.length <= most) return fine!;
  if (usual) return usual;
  const decades = ticksOf(low, high, [1]);
  const every = Math.ceil(decades.length / most);
  return decades.filter((_, index) => index % every === 0);
}

function ticksOf(low: number, high: number, steps: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

/** A range for a logarithmic axis that contains all values, with some margin. Never narrower than a factor of two. */
export function logDomain(values: Iterable<number>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [1, 10];
  const air = Math.max(1.06, Math.sqrt((2 * low) / high));
  return [low / air, high * air];
}

/** A duration on an axis: `50 ms`, `2 s`, `0.2 ms`. */
export function tickTime(ms: Ms): string {
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}

export interface LogAxis {
  domain: [number, number];
  ticks: readonly number[];
  write: (value: number) => string;
}

/** An axis that contains all values, with at most this many ticks. */
export function logAxis(values: Iterable<number>, most: number, write: (value: number) => string): LogAxis {
  const domain = logDomain(values);
  return { domain, ticks: logTicks(...domain, most), write };
}

/** The scale for Plot. The axis itself is drawn by `logAxisX` or `logAxisY`. */
export const logScale = ({ domain }: LogAxis): Plot.ScaleOptions => ({
  type: 'log',
  domain,
  axis: null,
  label: null,
});

// Plot's own axis drops some labels if there are many powers of ten.
const words = ({ write }: LogAxis): { text: (tick: number) => string } => ({ text: (tick) => write(tick) });

export const logAxisX = (axis: LogAxis, options: Plot.AxisXOptions = {}): Plot.Markish[] => [
  Plot.gridX(axis.ticks),
  Plot.axisX(axis.ticks, { ...words(axis), label: null, ...options }),
];

export const logAxisY = (axis: LogAxis, options: Plot.AxisYOptions = {}): Plot.Markish[] => [
  Plot.gridY(axis.ticks),
  Plot.axisY(axis.ticks, { ...words(axis), label: null, ...options }),
];

/** A range around 1 that contains all ratios, equally far to both sides. Open ends are skipped. */
export function ratioDomain(ratios: Iterable<number | undefined>): [number, number] {
  let reach = 1.3;
  for (const ratio of ratios)
    if (ratio !== undefined && ratio > 0 && Number.isFinite(ratio))
      reach = Math.max(reach, Math.max(ratio, 1 / ratio) * 1.08);
  return [1 / reach, reach];
}

const fine = [0.8, 0.9, 1, 1.1, 1.25];
const coarse = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 2.5];

/** Ticks for it, including 1. */
export function ratioTicks([low, high]: [number, number], most: number): number[] {
  if (high > 3) return logTicks(low, high, most);
  const ticks = (high < 1.5 ? fine : coarse).filter((tick) => tick >= low && tick <= high);
  return ticks.length <= most ? ticks : ticks.filter((tick) => [0.5, 0.8, 1, 1.25, 2].includes(tick));
}

/** Format of the time since the start of a run on an axis. */
export interface TimeAxis {
  /** An instant in the axis's unit. */
  of(ms: Ms): number;
  label: string;
  domain: [number, number];
}

/** Seconds, minutes or hours, whichever gives readable numbers. */
export function timeAxis(spanMs: Ms): TimeAxis {
  const [size, unit] =
    spanMs < 180_000 ? [1000, 'seconds'] : spanMs < 10_800_000 ? [60_000, 'minutes'] : [3_600_000, 'hours'];
  return {
    of: (ms) => ms / size,
    label: `${unit} since the start →`,
    domain: [0, Math.max(spanMs / size, 0.001)],
  };
}

/** Width of a column of words next to a picture, in CSS pixels. */
export function wordsWidth(words: readonly string[], perCell = 7): number {
  return Math.ceil(Math.max(0, ...words.map((word) => displayWidth(word))) * perCell);
}

/** Space for the models' names to the left of a picture. */
export const labelMargin = (looks: readonly ModelLook[]): number =>
  Math.min(170, wordsWidth(looks.map(({ short }) => short)) + 14);

/**
 * The models' names next to their rows, each with its model's class for the filter. `x` and everything else belongs to
 * the picture.
 */
export function modelAxis(looks: readonly ModelLook[]): Plot.Markish {
  return looks.map((look) =>
    Plot.text([look.className], {
      y: String,
      text: () => look.short,
      frameAnchor: 'left',
      textAnchor: 'end',
      dx: -10,
      className: look.className,
    }),
  );
}
