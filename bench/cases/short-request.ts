import { createDispatch } from '../clients/dispatch.ts';
import { createOurs } from '../clients/ours.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import type { Case } from './case.ts';

const requests = 64;
const inFlight = 16;

/** Cost of the SDK, the gateway client and the record for one short answer. */
export const shortRequest: Case = {
  name: 'request, short answer',
  unit: 'request',
  units: requests,
  bareName: 'undici dispatch',
  clock: 'processor',
  async open() {
    const server = await spawnInstantServer();
    const ours = createOurs(server.url);
    const bare = createDispatch(server.url);
    return {
      ours: () => inParallel(() => ours.short()),
      bare: () => inParallel(() => bare.short()),
      close: () => server[Symbol.dispose](),
    };
  },
};

async function inParallel(ask: () => Promise<void>): Promise<void> {
  let left = requests;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
