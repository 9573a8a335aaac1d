import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Ms } from '../../base/clock.ts';
import { compileCache } from '../../base/compile-cache.ts';
import type { Span, TrueStream } from './truth-join.ts';

/** One reading of both clocks: this process's own, between two readings of the machine's. */
export interface ClockReading {
  before: Ms;
  own: Ms;
  after: Ms;
}

/** Number of readings. At least one of them will be undisturbed. */
const looks = 200;

/**
 * Add this to an instant of `performance.now()` to place it on the machine's monotonic clock, which the mock stamps
 * with. Both count the same ticks from different zeros, so one offset is valid for the life of the process. It is exact
 * to half of the tightest bracket, about 0.2 µs.
 */
export function machineOffset(): Ms {
  return tightestOffset(Array.from({ length: looks }, readBoth));
}

/** The offset from the reading with the tightest bracket: the least can have happened in between. */
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

/** A write that is at least this late counts as a stall. */
export const stallFromMs: Ms = 2;

/**
 * When the truth server stood still: between two of its writes, in any streams, from the moment at which the second was
 * due. A server that is merely behind with its work keeps writing and is not stalled.
 */
export function serverStalls(streams: Iterable<TrueStream>): Span[] {
  const frames = Array.from(streams, (stream) => stream.frames).flat();
  frames.sort((a, b) => a.written - b.written);
  const stalls: Span[] = [];
  for (let index = 1; index < frames.length; index++) {
    const { due, written } = frames[index]!;
    const from = Math.max(due, frames[index - 1]!.written);
    if (written - from >= stallFromMs) stalls.push({ from, to: written });
  }
  return stalls;
}

/** The kernel counts in hundredths of a second, regardless of its own ticks. */
const tickMs: Ms = 10;

/**
 * Time for which processors of this virtual machine had work but its host let them wait, over all processors since it
 * was started. Undefined if the kernel does not report it, as outside Linux.
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

export const napMs: Ms = 1;
/**
 * An oversleep of at least this is a pause: timers alone are late by a tenth of it on a machine that is not overloaded.
 */
export const pauseFromMs: Ms = 1;

/** The pause that made a nap this long. Undefined if it was none. */
export function pauseIn(nap: Span): Span | undefined {
  const due = nap.from + napMs;
  return nap.to - due >= pauseFromMs ? { from: due, to: nap.to } : undefined;
}

export interface PauseWorkerData {
  stop: Int32Array;
}

export interface PauseReport {
  /** On the machine's clock. */
  pauses: Span[];
  /** Processor time of watching, since `watchPauses` resolved. */
  cpuMs: Ms;
}

export interface PauseWatch {
  /** Ends the watch and returns its findings. */
  end(): Promise<PauseReport>;
}

/**
 * Watches for pauses of the machine from a thread that only naps and reads the clock: a virtual machine that is stopped
 * for a while, or more work than processors. It shares nothing with the event loop, so the client cannot be the cause
 * of what it sees. A pause of one processor while it naps on another escapes it.
 */
export async function watchPauses(): Promise<PauseWatch> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const url = new URL(`./pause-worker${extname(import.meta.url)}`, import.meta.url);
  const data: PauseWorkerData = { stop };
  const worker = new Worker(url, { workerData: data, env: compileCache() });
  // Everything that it needs is loaded.
  await once(worker, 'message');
  return {
    async end() {
      const told = once(worker, 'message') as Promise<[PauseReport]>;
      Atomics.store(stop, 0, 1);
      Atomics.notify(stop, 0);
      const [report] = await told;
      await worker.terminate();
      return report;
    },
  };
}
