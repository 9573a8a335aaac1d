import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';
import { queueFlags } from './queue-flags.ts';

const flags = flagTable({
  suite: {
    type: 'paths',
    argument: true,
    completes: 'suites',
    describe: 'suites that it may ask; without any, whatever the queue holds',
  },
  queue: queueFlags.queue,
  vantage: { type: 'text', value: 'NAME', describe: 'name of this place, such as fra' },
  name: { type: 'text', value: 'NAME', describe: 'name of this worker in the rows; default: one of its own' },
  concurrency: {
    type: 'number',
    default: 4,
    min: 1,
    max: 512,
    whole: true,
    value: 'N',
    describe: 'requests in flight here; the run has its own limit over all workers',
  },
  maxRequests: { type: 'number', min: 1, whole: true, value: 'N', describe: 'requests that it sends in all' },
  suiteHash: { type: 'list', value: 'HASH', describe: 'suites that it may ask, by their suite_hash' },
  idle: { type: 'text', default: '10m', value: 'TIME', describe: 'ends when there was no work for so long' },
  calibrate: { type: 'toggle', describe: 'does not check the clock first; its rows are marked' },
  baseUrl: {
    type: 'list',
    default: [],
    value: 'URL',
    describe: "address in place of the route's own: URL for all routes, or route=URL",
  },
  allowHttp: {
    type: 'switch',
    describe: 'allow plain http, and a queue without encryption, to other machines',
  },
  providerKey: { type: 'switch', describe: 'send OLLAMA_API_KEY instead of the key stored in the gateway' },
});

export type WorkerFlags = Parsed<typeof flags>;

export const worker = defineCommand({
  flags,
  examples: [
    ['gatebench worker --queue redis://localhost:6379', 'ask for whatever run --queue sends there'],
    ['gatebench worker suites/support.yaml --vantage fra', 'from Frankfurt, this suite alone'],
  ],
  epilogue:
    'The address of the queue may also be in GATEBENCH_QUEUE_URL, with its password. Tokens stay with the worker:\n' +
    'the queue never holds one. A worker serves one run after the other, and ends by itself after --idle.',
  run: async (parsed, io) => (await import('../queue/execute-worker.ts')).executeWorker(parsed, io),
});
