import { createClient } from '../clients/index.ts';
import { measureBurst } from './burst.ts';
import { measureHeap } from './heap.ts';
import { measureShort } from './short.ts';
import { measureWave } from './wave.ts';
import { measureStreams } from './streams.ts';
import type { ClientTask, Found } from './task.ts';

/** One task in this process: `child.ts <server url> <task as JSON>`. Prints its findings as JSON. */
const [url, text] = process.argv.slice(2) as [string, string];
console.log(JSON.stringify(await carryOut(JSON.parse(text) as ClientTask)));
// Streams may be open on purpose.
process.exit(0);

async function carryOut(task: ClientTask): Promise<Found<ClientTask>> {
  const client = await createClient(task.client, url);
  switch (task.kind) {
    case 'streams':
      return measureStreams(client, url, task.streams);
    case 'wave':
      return measureWave(client, url, task.streams);
    case 'burst':
      return measureBurst(client, url, task.streams);
    case 'short':
      return measureShort(client, task);
    case 'heap':
      return measureHeap(client, url, task.streams);
  }
}
