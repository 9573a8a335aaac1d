import type { Client } from '../clients/client.ts';
import { createDispatch } from '../clients/dispatch.ts';
import { createOurs } from '../clients/ours.ts';
import { instantFrames, spawnInstantServer } from '../servers/spawn.ts';
import type { Case } from './case.ts';

const streams = 16;
const shape = { tokensPerSecond: 1, tokens: instantFrames, ttftMs: 0 };

/** Cost of stamping, parsing and keeping one chunk, including its share of the request. */
export const streamedChunk: Case = {
  name: 'chunk of a stream',
  unit: 'chunk',
  units: streams * instantFrames,
  bareName: 'undici dispatch, JSON.parse',
  clock: 'processor',
  async open() {
    const server = await spawnInstantServer();
    const ours = createOurs(`${server.url}/stream`);
    const bare = createDispatch(`${server.url}/stream`);
    return {
      ours: () => readAll(ours),
      bare: () => readAll(bare),
      close: () => server[Symbol.dispose](),
    };
  },
};

async function readAll(client: Client): Promise<void> {
  const all = await Promise.all(
    Array.from({ length: streams }, (_, n) => client.stream(`bench-${n}`, shape)),
  );
  const pieces = all.reduce((sum, stream) => sum + (stream?.pieces.length ?? 0), 0);
  if (pieces !== streams * instantFrames) throw new Error(`${pieces} pieces came`);
}
