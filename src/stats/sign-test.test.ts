import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decisiveCount, levelWord } from './sign-test.ts';

test.each([
  [4, undefined],
  [5, 5],
  [6, 6],
  [8, 7],
  [10, 9],
  [11, 9],
  [20, 15],
])('of %d visits, %s decide', (n, need) => {
  expect(decisiveCount(n)).toBe(need);
});

test('with the number that decides, the tail is at most 5 %; with one less, above', () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  const tail = (n: number, from: number): number => {
    let sum = 0;
    for (let k = from; k <= n; k++) sum += choose(n, k) / 2 ** n;
    return sum;
  };
  for (let n = 5; n <= 40; n++) {
    expect(tail(n, decisiveCount(n)!)).toBeLessThanOrEqual(0.05);
    expect(tail(n, decisiveCount(n)! - 1)).toBeGreaterThan(0.05);
  }
});

test('a word, once said, does not change, and all visits together always have one', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), (visits) => {
      let said: string | undefined;
      let passed = 0;
      for (const [index, one] of visits.entries()) {
        passed += one ? 1 : 0;
        const word = levelWord(passed, index + 1 - passed, visits.length);
        if (said !== undefined) expect(word).toBe(said);
        said = word;
      }
      expect(said).toBeDefined();
    }),
  );
});

test.each([
  [7, 0, 'held'],
  [7, 1, 'held'],
  [0, 7, 'broken'],
  [2, 2, 'open'],
  [6, 1, undefined],
  [1, 6, undefined],
  [6, 2, 'open'],
])('%d passed and %d failed of 8: %s', (passed, failed, word) => {
  expect(levelWord(passed, failed, 8)).toBe(word);
});
