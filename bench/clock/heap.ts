import { setTimeout as delay } from 'node:timers/promises';
import { countFrames } from '../../src/diagnose/calibrate/truth-join.ts';
import type { Client } from '../clients/client.ts';
import { warmUp } from './streams.ts';
import { benchShape, type Findings } from './task.ts';

/** Each stream stands still after as many pieces; by then everything that it holds is there. */
const piecesBeforeStall = 5;
/** Longer than the measurement lasts: the process ends before. */
const stallMs = 120_000;
const patienceMs = 30_000;

/** Heap of streams that are all open at once. The process is of no use for anything else afterwards. */
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
  // What has been written has yet to be read.
  await delay(500);
  return { kibPerStream: (heapKib() - before) / streams };
}

/** What lives, after garbage is gone. Needs `--expose-gc`. */
function heapKib(): number {
  for (let times = 0; times < 3; times++) globalThis.gc!();
  return process.memoryUsage().heapUsed / 1024;
}
