import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import type { Worker } from 'node:worker_threads';
import type { Late } from './profile.ts';

/*
 * Loaded before the program to profile. When the program ends, it writes the profile of each thread, and how late the
 * loop of the main thread was, to the working folder. Both are on the clock of the machine.
 */
const intervalUs = 200;
const tickMs = 1;
const lates: Late[] = [];

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: intervalUs });
session.post('Profiler.start');

let lastTick = performance.now();
setInterval(() => {
  const now = performance.now();
  const late = now - lastTick - tickMs;
  lastTick = now;
  if (late > tickMs) lates.push({ atUs: machineUs(), ms: late });
}, tickMs).unref();

process.on('worker', (worker: Worker) => {
  const begun = once(worker, 'online').then(
    () => worker.startCpuProfile(),
    () => undefined,
  );
  const terminate = worker.terminate.bind(worker);
  const { threadId } = worker;
  worker.terminate = async () => {
    worker.ref();
    const profile = await (await begun)?.stop();
    if (profile !== undefined) writeFileSync(`thread-${threadId}.cpuprofile`, profile);
    return await terminate();
  };
});

process.on('exit', () => {
  session.post('Profiler.stop', (_error, { profile }) => {
    writeFileSync('main.cpuprofile', JSON.stringify(profile));
  });
  writeFileSync('clock.json', JSON.stringify({ lates, aheadMs: machineUs() / 1000 - Date.now() }));
});

function machineUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
