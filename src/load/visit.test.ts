import { expect, test } from 'vitest';
import { visitOutcome, type VisitArrival } from './visit.ts';

const rule = { windowMs: 100_000, attainment: 0.95, latestMs: 50 };

/** A hundred arrivals, one a second, each finished after this time. */
function visit(
  latency: (n: number) => number,
  change: (n: number) => Partial<VisitArrival> = () => ({}),
): VisitArrival[] {
  return Array.from({ length: 100 }, (_, n) => ({
    ...{ due: n * 1000, sent: n * 1000 + 1, end: n * 1000 + latency(n), good: true, dropped: false },
    ...change(n),
  }));
}

test('all good: passed', () => {
  const outcome = visitOutcome(
    visit(() => 800),
    rule,
  );
  expect(outcome).toEqual({
    ...{ arrivals: 100, good: 100, dropped: 0, achieved: 1, share: 1, unstable: false, word: 'passed' },
  });
});

test.each([
  [5, 'passed'],
  [6, 'failed'],
])('%d of a hundred not good: %s', (bad, word) => {
  expect(
    visitOutcome(
      visit(
        () => 800,
        (n) => ({ good: n >= bad }),
      ),
      rule,
    ).word,
  ).toBe(word);
});

test('a single dropped arrival fails the level, and does not void it', () => {
  const arrivals = visit(() => 800).map((one, n) =>
    n < 10 ? { due: one.due, good: false, dropped: true } : one,
  );
  const { dropped, word } = visitOutcome(arrivals, { ...rule, attainment: 0.5 });
  expect([dropped, word]).toEqual([10, 'failed']);
});

test('a machine that sent more than 2 % late has offered another load: void', () => {
  const late = (of: number) =>
    visit(
      () => 800,
      (n) => (n < of ? { sent: n * 1000 + 51 } : {}),
    );
  expect(visitOutcome(late(2), rule).word).toBe('passed');
  expect(visitOutcome(late(3), rule)).toMatchObject({ achieved: 0.97, word: 'void' });
});

test('a queue that grows through the window fails, though every answer was good', () => {
  const growing = visitOutcome(
    visit((n) => 500 + n * 60),
    rule,
  );
  expect(growing).toMatchObject({ share: 1, unstable: true, word: 'failed' });
  // Only latency rises, and nothing piles up: that is not a queue.
  expect(
    visitOutcome(
      visit((n) => 500 + n),
      rule,
    ).unstable,
  ).toBe(false);
});

test('a visit without arrivals has passed nothing', () => {
  expect(visitOutcome([], rule).word).toBe('void');
});
