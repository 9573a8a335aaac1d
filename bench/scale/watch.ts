import { writeSync } from 'node:fs';

/*
 * Loaded before the program to observe. It answers each message with the live heap. When the program ends, it writes
 * peak memory and total processor time to its fifth file. Needs `--expose-gc` and a channel to its parent.
 */
process.on('message', () => {
  for (let times = 0; times < 3; times++) globalThis.gc!();
  const { heapUsed, rss } = process.memoryUsage();
  process.send!({ heapMib: heapUsed / 2 ** 20, rssMib: rss / 2 ** 20 });
});
// The channel must not keep it alive.
process.channel!.unref();
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  // In KiB on every system; in µs.
  writeSync(4, `${maxRSS / 1024} ${(userCPUTime + systemCPUTime) / 1000}`);
});
