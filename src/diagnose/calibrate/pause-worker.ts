import { parentPort, workerData } from 'node:worker_threads';
import { napMs, pauseIn, type PauseReport, type PauseWorkerData } from './pauses.ts';
import type { Span } from './truth-join.ts';

const { stop } = workerData as PauseWorkerData;
const pauses: Span[] = [];
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

parentPort!.postMessage('ready');
const cpu = process.threadCpuUsage();
let last = now();
while (Atomics.wait(stop, 0, 0, napMs) === 'timed-out') {
  const woken = now();
  const pause = pauseIn({ from: last, to: woken });
  if (pause) pauses.push(pause);
  last = woken;
}
const { user, system } = process.threadCpuUsage(cpu);
parentPort!.postMessage({ pauses, cpuMs: (user + system) / 1000 } satisfies PauseReport);
