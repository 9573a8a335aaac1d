import { setTimeout as delay } from 'node:timers/promises';
import { countFrames } from '../../src/diagnose/calibrate/truth-join.ts';
import type { Client } from '../clients/client.ts';
import { warmUp } from './streams.ts';
import { benchShape, type Findings } from './task.ts';

/** Each stream pauses after this many pieces. Everything that it holds is in memory then. */
const piecesBeforeStall = 5;
/** Longer than the measurement: the process ends before. */
const stallMs = 120_000;
const patienceMs = 30_000;

/** Heap of streams that are all open at the same time. The process cannot be used for anything else afterward. */
export async function measureHeap(
  client: Client,
  mockUrl: string,
  streams: number,
): Promise<Findings['heap']> {
  await warmUp(client);
  await countFrames(mockUrl, 'warm-0-0');
  const before = heapKib();
  const knobs = { stallAfter: piecesBeforeStall, stallMs };
  for (let n = 0; n < streams; n++) void client.stream(`open-${n}`, benchShape, knobs);
  const until = performance.now() + patienceMs;
  for (let n = 0; n < streams; n++) {
    while ((await countFrames(mockUrl, `open-${n}`)) < piecesBeforeStall) {
      if (performance.now() > until) throw new Error(`stream ${n} of ${streams} did not open in time`);
      await delay(50);
    }
  }
  // Written data still has to be read.
  await delay(500);
  return { kibPerStream: (heapKib() - before) / streams };
}

/** Live heap after garbage collection. Needs `--expose-gc`. */
function heapKib(): number {
  for (let times = 0; times < 3; times++) globalThis.gc!();
  return process.memoryUsage().heapUsed / 1024;
}
