import { grouped } from '../flags.ts';

/** For a run through workers on other machines. */
export const queueFlags = grouped('Workers (gatebench worker) send instead of this process:', {
  queue: {
    type: 'text',
    value: 'URL',
    mayBeEmpty: true,
    describe: 'queue of the workers: redis://, rediss:// or postgres:// (also GATEBENCH_QUEUE_URL)',
  },
  workers: {
    type: 'number',
    default: 1,
    min: 1,
    whole: true,
    value: 'N',
    describe: 'wait for this many workers in each place before the first request',
  },
  lease: {
    type: 'text',
    default: '30s',
    value: 'TIME',
    describe: 'a worker that is silent for this long is lost, and its requests are sent again',
  },
  queueTimeout: { type: 'text', default: '5m', value: 'TIME', describe: 'how long the queue may be away' },
  workerTimeout: {
    type: 'text',
    default: '2m',
    value: 'TIME',
    describe: 'how long to wait for a worker of each place',
  },
} as const);
