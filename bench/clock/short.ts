import type { Client } from '../clients/client.ts';
import type { Findings } from './task.ts';

/** Short answers as fast as possible, from a server that costs next to nothing. */
export async function measureShort(
  client: Client,
  { concurrency, seconds, frames }: { concurrency: number; seconds: number; frames?: number },
): Promise<Findings['short']> {
  const ask = frames === undefined ? () => client.short() : () => askInPieces(client, frames);
  await askFor(ask, concurrency, 1);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const requests = await askFor(ask, concurrency, seconds);
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (requests * 1000) / (performance.now() - start), cpuUs: (user + system) / requests };
}

async function askFor(ask: () => Promise<void>, concurrency: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let requests = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (; performance.now() < until; requests++) await ask();
    }),
  );
  return requests;
}

async function askInPieces(client: Client, frames: number): Promise<void> {
  const stream = await client.stream('short', { tokensPerSecond: 1, tokens: frames, ttftMs: 0 });
  if (stream?.pieces.length !== frames) throw new Error(`${stream?.pieces.length ?? 0} pieces came`);
}
