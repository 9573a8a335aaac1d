import { workerData, type MessagePort } from 'node:worker_threads';
import type { Answer, CheckSpec } from './check.ts';
import { checkOne } from './check-verdict.ts';

/** What the thread is asked: to apply these checks to an answer, in this order. */
export interface Question {
  checks: readonly CheckSpec[];
  answer: Answer;
}

const port = workerData as MessagePort;

// Each finding leaves at once: should the next check be stopped, those before it are known.
port.on('message', ({ checks, answer }: Question) => {
  for (const check of checks) port.postMessage(checkOne(check, answer));
});

port.postMessage('ready');
