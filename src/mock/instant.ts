import type { Ms } from '../base/clock.ts';

/**
 * Milliseconds on the machine's monotonic clock. On Linux `process.hrtime` reads CLOCK_MONOTONIC, which is the
 * same in every process, so an instant that was stamped here may be compared with one from a client on this
 * machine: `Number(process.hrtime.bigint()) / 1e6` there, too. A double keeps it exact to a nanosecond for the
 * first months after boot.
 */
export const machineNow = (): Ms => Number(process.hrtime.bigint()) / 1e6;
