import type { Ms } from '../../../base/clock.ts';

/** How the time since the start of a run is written on an axis. */
export interface TimeAxis {
  /** Of an instant, in the axis's unit. */
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
