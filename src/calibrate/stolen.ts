import { readFileSync } from 'node:fs';
import type { Ms } from '../base/clock.ts';

/** The kernel counts in hundredths of a second, whatever its own ticks are. */
const tickMs: Ms = 10;

/**
 * Time for which processors of this virtual machine had work and its host let them wait, over all processors and
 * since it was started. Undefined where the kernel does not say: not on Linux.
 */
export function stolenMs(): Ms | undefined {
  try {
    return stolenIn(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The eighth number of the first line of `/proc/stat`. */
export function stolenIn(stat: string): Ms | undefined {
  const ticks = /^cpu +(?:\d+ ){7}(\d+)/.exec(stat)?.[1];
  return ticks === undefined ? undefined : Number(ticks) * tickMs;
}
