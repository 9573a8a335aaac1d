import type { Client } from '../clients/client.ts';
import type { Findings } from './task.ts';

/** Short answers as fast as possible, from a server that costs next to nothing. */
export async function measureShort(
  client: Client,
  concurrency: number,
  seconds: number,
): Promise<Findings['short']> {
  await askFor(client, concurrency, 1);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const requests = await askFor(client, concurrency, seconds);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (requests * 1000) / (performance.now() - start), cpuUs: (user + system) / requests };
}

async function askFor(client: Client, concurrency: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let requests = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (; performance.now() < until; requests++) await client.short();
    }),
  );
  return requests;
}
