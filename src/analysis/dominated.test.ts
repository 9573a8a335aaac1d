import { expect, test } from 'vitest';
import { dominatedBy } from './dominated.ts';
import type { PairRow } from './summary-columns.ts';

const metrics = ['cost_usd', 'passed', 'e2e_latency_ms'];
/** Verdicts of b against a, in the order of the metrics. */
const pairs = (...verdicts: (string | undefined)[]): PairRow[] =>
  verdicts.flatMap((verdict, place) =>
    verdict === undefined
      ? []
      : [{ metric: metrics[place], model_a: 'a', model_b: 'b', verdict } as unknown as PairRow],
  );

test.each([
  ['ahead in all', ['better', 'better', 'faster'], { a: 'b' }],
  ['equal but ahead in one', ['equal', 'better', 'equal'], { a: 'b' }],
  ['the same from the other side', ['worse', 'equal', 'slower'], { b: 'a' }],
  ['equal in all', ['equal', 'equal', 'equal'], {}],
  ['behind in one', ['better', 'worse', 'faster'], {}],
  ['not settled in one', ['better', 'not settled', 'faster'], {}],
  ['by a judge alone', ['better', 'seems better', 'faster'], {}],
  ['not compared in one', ['better', undefined, 'faster'], {}],
])('%s', (_, verdicts, expected) => {
  expect(Object.fromEntries(dominatedBy(['a', 'b'], metrics, pairs(...verdicts)))).toEqual(expected);
});

test('a model that is not able replaces no other', () => {
  const all = pairs('better', 'better', 'faster');
  expect(dominatedBy(['a', 'b'], metrics, all, (name) => name !== 'b').size).toBe(0);
});
