import { expect, test } from 'vitest';
import type { TrueStream } from '../../src/diagnose/calibrate/truth-join.ts';
import { joinRust, type RustDetails } from './rust-join.ts';

const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Three pieces after 100, 150 and 200 ms, and what follows them. */
function sent(number: number, received: number): [string, TrueStream] {
  const frames = (
    [
      ['role', 50],
      ['reasoning', 100],
      ['content', 150],
      ['content', 200],
      ['finish', 260],
      ['usage', 260],
      ['done', 260],
    ] as const
  ).map(([kind, at]) => ({ kind, due: received + at, written: received + at }));
  return [idOf(number), { eventId: idOf(number), received, frames }];
}

/** The pieces of one request came this much late, in milliseconds. */
function came(requests: readonly { number: number; late: readonly [number, number, number] }[]): RustDetails {
  return {
    ttfts: requests.map(({ late }) => (100 + late[0]) / 1000),
    itls: requests.map(({ late }) => [(50 + late[1] - late[0]) / 1000, (50 + late[2] - late[1]) / 1000]),
    generated_texts: requests.map(({ number }) => `${idOf(number)} and words`),
    errors: requests.map(() => ''),
  };
}

test('each request is compared with its own truth; the first received are the opening wave', () => {
  // In the order of the prompts, which is not that in which they were sent.
  const found = came([
    { number: 3, late: [1, 9, 2] },
    { number: 1, late: [30, 9, 40] },
    { number: 4, late: [3, 9, 4] },
    { number: 2, late: [10, 9, 20] },
  ]);
  const truth = new Map([sent(4, 1900), sent(3, 1300), sent(2, 1001), sent(1, 1000), sent(9, 5)]);
  const { whole, steady } = joinRust(found, truth, 2);
  expect(whole.ttft.p50).toBeCloseTo(6.5);
  expect(whole.e2e.p50).toBeCloseTo(12);
  expect(steady.ttft.p50).toBeCloseTo(2);
  expect(steady.e2e.p50).toBeCloseTo(3);
  expect(steady.ttft.p99).toBeCloseTo(2.98);
});

const good = came([{ number: 1, late: [1, 1, 1] }]);
const truth = new Map([sent(1, 1000)]);

test.each<[string, RustDetails, Map<string, TrueStream>, RegExp]>([
  ['that failed', { ...good, errors: ['connection reset'] }, truth, /a request failed: connection reset/],
  ['that the server has forgotten', good, new Map([sent(2, 1000)]), /3 pieces came, 0 were sent/],
  ['whose text names no truth', { ...good, generated_texts: ['words'] }, truth, /3 pieces came, 0 were/],
  ['without a piece', { ...good, itls: [[0.05]] }, truth, /2 pieces came, 3 were sent/],
])('a request %s is no figure', (_what, found, known, message) =>
  expect(() => joinRust(found, known, 1)).toThrow(message),
);
