import type { Ms } from '../base/clock.ts';

/** One look at both clocks: this process's own, read between two looks at the machine's. */
export interface ClockReading {
  before: Ms;
  own: Ms;
  after: Ms;
}

/** Looks that are taken; the machine leaves at least one of them undisturbed. */
const looks = 200;

/**
 * What to add to an instant of `performance.now()` to place it on the machine's monotonic clock, which the
 * stand-in stamps with. Both count the same ticks from different zeros, so one offset holds for the process's
 * life; it is exact to half of the tightest bracket, about 0.2 µs.
 */
export function machineOffset(): Ms {
  return tightestOffset(Array.from({ length: looks }, readBoth));
}

/** The offset by the reading whose bracket is tightest: the one in which least can have happened between. */
export function tightestOffset(readings: readonly ClockReading[]): Ms {
  const tightest = readings.reduce((best, reading) => (width(reading) < width(best) ? reading : best));
  return (tightest.before + tightest.after) / 2 - tightest.own;
}

const width = ({ before, after }: ClockReading): Ms => after - before;

const machineNow = (): Ms => Number(process.hrtime.bigint()) / 1e6;

function readBoth(): ClockReading {
  const before = machineNow();
  const own = performance.now();
  return { before, own, after: machineNow() };
}
