import { Attempt } from '../attempt.ts';
import { expect, test } from 'vitest';
import type { ServerTimings } from '../exchange.ts';
import { serverQueue } from './server-times.ts';
import { answered } from './testing/exchange.ts';

const queueOf = (serverTimings: ServerTimings | undefined): number | undefined =>
  serverQueue.of(new Attempt(answered([[100, 'content', 5]], serverTimings ? { serverTimings } : {})));

test.each<[string, ServerTimings | undefined, number | undefined]>([
  [
    'the last of eight requests to a server that answers one at a time',
    { totalMs: 2107, loadMs: 15, promptEvalMs: 32, evalMs: 76 },
    1984,
  ],
  ['parts that took no time are left out', { totalMs: 100, evalMs: 90 }, 10],
  ['no part is known, so nothing is known of the rest', { totalMs: 100, loadMs: 20 }, undefined],
  ['no total', { evalMs: 90 }, undefined],
  ['no times at all', undefined, undefined],
  [
    'parts that together pass the total by rounding',
    { totalMs: 100, loadMs: 5, promptEvalMs: 6, evalMs: 90 },
    0,
  ],
])('%s', (_case, timings, queue) => {
  expect(queueOf(timings)).toBe(queue);
});
