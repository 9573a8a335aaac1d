import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';
import { queueFlags } from './queue-flags.ts';

const flags = flagTable({
  suite: {
    type: 'paths',
    argument: true,
    completes: 'suites',
    describe: 'the only suites to send requests for; default: any run in the queue',
  },
  queue: queueFlags.queue,
  vantage: { type: 'text', value: 'NAME', describe: 'name of this place, such as fra' },
  name: {
    type: 'text',
    value: 'NAME',
    describe: 'name of this worker in the rows; default: its place and a random suffix',
  },
  concurrency: {
    type: 'number',
    default: 4,
    min: 1,
    max: 512,
    whole: true,
    value: 'N',
    describe: 'most requests in flight here; the run also has a limit over all workers',
  },
  maxRequests: { type: 'number', min: 1, whole: true, value: 'N', describe: 'most requests to send in all' },
  suiteHash: { type: 'list', value: 'HASH', describe: 'the only suites to send requests for, by suite_hash' },
  idle: { type: 'text', default: '10m', value: 'TIME', describe: 'exit after this long without work' },
  calibrate: {
    type: 'toggle',
    describe: 'skip the clock check at the start; the report then says that this clock is unproven',
  },
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
    ['gatebench worker --queue redis://localhost:6379', 'send requests for any run in that queue'],
    ['gatebench worker suites/support.yaml --vantage fra', 'from Frankfurt, this suite alone'],
  ],
  epilogue:
    'The address of the queue may also be in GATEBENCH_QUEUE_URL, with its password. Tokens stay with the worker:\n' +
    'the queue never holds one. A worker serves one run after another, and exits after --idle without work.',
  run: async (parsed, io) => (await import('../queue/execute-worker.ts')).executeWorker(parsed, io),
});
