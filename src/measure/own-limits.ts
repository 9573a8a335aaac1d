import type { Failure } from './exchange.ts';

/**
 * System errors that mean this machine cannot open one more connection, and their meaning. No server was involved.
 * Such an attempt is never a model's failure, and the request is still owed.
 */
export const ownLimits: Readonly<Record<string, string>> = {
  EMFILE: 'this process may open no more files; raise ulimit -n or lower run.concurrency',
  ENFILE: 'the system may open no more files; close other programs or lower run.concurrency',
  ENOBUFS: 'the system has no buffer left for a connection; lower run.concurrency',
  ENOMEM: 'the system has no memory left for a connection; close other programs or lower run.concurrency',
  EADDRNOTAVAIL:
    'no local port is free; lower run.concurrency or wait until closed connections are forgotten',
  EADDRINUSE: 'no local port is free; lower run.concurrency or wait until closed connections are forgotten',
  EAGAIN: 'the system is out of a resource for now; lower run.concurrency',
  WIRE_LOST: 'the thread that sends requests has ended; later requests are sent from the main thread',
  ERR_MEMORY_ALLOCATION_FAILED: 'this process has no memory left; lower run.concurrency',
};

/** What a failure, or a row's account of one, is called. */
interface FailureNames {
  family?: string | undefined;
  code?: string | undefined;
}

/** Whether a failure, or a row's account of one, is a limit of this machine. */
export function isOwnLimit({ family, code }: FailureNames): boolean {
  return family === 'client' && code !== undefined && Object.hasOwn(ownLimits, code);
}

/** Whether a failure, or a row's account of one, is ours and has this code. A server may use the same word. */
const hasOwnCode =
  (own: string) =>
  ({ family, code }: FailureNames): boolean =>
    family === 'client' && code === own;

/** The code of an attempt whose worker was lost. Its outcome is unknown, and its request is still owed. */
export const workerLost = 'worker_lost';

/** Whether the asking worker was lost. No model was involved. */
export const isWorkerLost = hasOwnCode(workerLost);

const unsent = { status: 'cancelled', family: 'client' } as const;

/** A request that found `load.ceiling` requests in flight when it was due. It was not sent. */
export const droppedFailure: Failure = {
  ...unsent,
  code: 'dropped',
  message: 'load.ceiling requests were in flight already: it was not sent',
};

export const isDropped = hasOwnCode(droppedFailure.code);

/** A request that was taken back before it was due. It was not sent, and has no row. */
export const recalledFailure: Failure = {
  ...unsent,
  code: 'recalled',
  message: 'it was taken back before it was due',
};

export const isRecalled = hasOwnCode(recalledFailure.code);
