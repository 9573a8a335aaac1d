import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Ms } from '../base/clock.ts';
import type { Span } from './join.ts';

export const napMs: Ms = 1;
/** An oversleep from this on is a pause: timers alone are late by a tenth of it on a machine that has a free moment. */
export const pauseFromMs: Ms = 1;

/** The pause that made a nap so long. Undefined when it was none. */
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
  /** Processor time that watching took, from the moment at which `watchPauses` resolved. */
  cpuMs: Ms;
}

export interface PauseWatch {
  /** Ends the watch and tells what it saw. */
  end(): Promise<PauseReport>;
}

/**
 * Watches for pauses of the machine from a thread that does nothing but nap and look at the clock: a virtual
 * machine that is stopped for a while, or more work than processors. It shares nothing with the event loop, so
 * what it sees is none of the client's doing; a pause of one processor while it naps on another escapes it.
 */
export async function watchPauses(): Promise<PauseWatch> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const url = new URL(`./pause-worker${extname(import.meta.url)}`, import.meta.url);
  const data: PauseWorkerData = { stop };
  const worker = new Worker(url, { workerData: data, env: {} });
  // All that it loads is loaded.
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
