import { workerData, type MessagePort } from 'node:worker_threads';
import type { Answer, AnswerChecks } from './check.ts';
import { checkOne, seenAnswer } from './check-verdict.ts';

/** A request to the thread: apply these checks to an answer, in this order. */
export interface Question {
  asked: AnswerChecks;
  answer: Answer;
}

const port = workerData as MessagePort;

// Sends each finding at once. If the next check is stopped, the earlier ones are known.
port.on('message', ({ asked, answer }: Question) => {
  const seen = seenAnswer(answer, asked.answer);
  for (const check of asked.checks) port.postMessage(checkOne(check, seen));
});

port.postMessage('ready');
