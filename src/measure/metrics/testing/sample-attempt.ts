import { Attempt } from '../../attempt.ts';
import type { Observed } from '../../exchange.ts';
import { answered, type Piece } from './exchange.ts';

/** Reasons from 100 ms on and answers from 200 ms on: ten pieces 50 ms apart, and a last one 100 ms after them. */
const pieces: Piece[] = [
  [60, 'role', 0],
  ...[100, 150].map((at): Piece => [at, 'reasoning', 5]),
  ...[200, 250, 300, 350, 400, 450, 500, 550, 650].map((at): Piece => [at, 'content', 5]),
  [655, 'finish', 0],
  [660, 'done', 0],
];

/** The attempt for which metrics state their values. */
export const sampleAttempt = (seen: Partial<Observed> = {}): Attempt =>
  new Attempt(
    answered(pieces, {
      headersMs: 40,
      firstEventMs: 60,
      usage: { promptTokens: 20, completionTokens: 11 },
      serverTimings: { totalMs: 640, loadMs: 10, promptEvalMs: 60, evalMs: 500 },
      ...seen,
    }),
    { price: { input: 1, output: 2 } },
  );
