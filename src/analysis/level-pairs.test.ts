import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareLevels, compareLimits, type ComparedLevel, type FoundLimit } from './level-pairs.ts';

const options = { seed: 's', prompts: 2, ways: {} };

function level(model: string, at: number, shares: readonly (number | undefined)[]): ComparedLevel {
  return {
    level: at,
    cell: { model, route: 'compat' },
    metrics: ['attainment'],
    visits: new Map(
      shares.flatMap((share, n) => (share === undefined ? [] : [[n + 1, { attainment: share }] as const])),
    ),
  };
}

const eight = (share: number): number[] => Array.from({ length: 8 }, () => share);

describe('shares of good requests', () => {
  test('eight visits that all went the same way settle it; the interval is that of the visits', () => {
    const worse = [0.9, 0.8, 0.9, 0.7, 0.85, 0.9, 0.8, 0.9];
    const [row] = compareLevels([level('a', 2, eight(1)), level('b', 2, worse)], options);
    expect(row).toMatchObject({ metric: 'attainment', model_a: 'a', model_b: 'b', level: 2, visits: 8 });
    expect(row).toMatchObject({ p: 2 / 256, p_holm: 2 / 256, verdict: 'worse' });
    expect(row!.difference).toBeCloseTo(-0.15625, 12);
    expect(row!.difference_ci_low!).toBeLessThan(row!.difference!);
    expect(row!.difference_ci_high!).toBeLessThan(0);
  });

  test('a visit without its partner is in no pair', () => {
    const a = [1, undefined, 1, 1, 1, 1, 1, 1];
    const b = [0, 0, 0, 0, 0, 0, 0, undefined];
    expect(compareLevels([level('a', 1, a), level('b', 1, b)], options)).toMatchObject([{ visits: 6 }]);
  });

  test('levels at which too few visits differ cost the others nothing', () => {
    const levels = [1, 2, 3, 4, 5].flatMap((at) => [level('a', at, eight(1)), level('b', at, eight(1))]);
    const last = [level('a', 9, eight(1)), level('b', 9, eight(0.5))];
    const rows = compareLevels([...levels, ...last], options);
    expect(rows.map(({ p_holm: p }) => p)).toEqual([...Array<undefined>(5).fill(undefined), 2 / 256]);
    expect(rows.map(({ verdict }) => verdict)).toEqual([...Array<string>(5).fill('not settled'), 'worse']);
  });

  test('all levels and models that can settle anything are corrected together', () => {
    const rows = compareLevels(
      [1, 2].flatMap((at) => [
        level('a', at, eight(1)),
        level('b', at, eight(0.5)),
        level('c', at, eight(0.2)),
      ]),
      options,
    );
    expect(rows).toHaveLength(6);
    expect(rows.map(({ p_holm: p }) => p)).toEqual(Array(6).fill((6 * 2) / 256));
  });

  test('levels are never pooled, nor compared with each other', () => {
    expect(compareLevels([level('a', 1, eight(1)), level('b', 2, eight(0))], options)).toEqual([]);
    expect(compareLevels([level('a', 1, eight(1)), level('a', 2, eight(0))], options)).toEqual([]);
  });

  test('whichever comes first, the verdict is reversed', () => {
    const share = fc.integer({ min: 0, max: 20 }).map((good) => good / 20);
    const visits = fc.array(share, { minLength: 6, maxLength: 9 });
    fc.assert(
      fc.property(visits, visits, (one, other) => {
        const [row] = compareLevels([level('a', 1, one), level('b', 1, other)], options);
        const [back] = compareLevels([level('b', 1, other), level('a', 1, one)], options);
        const turned = { better: 'worse', worse: 'better' }[row!.verdict] ?? row!.verdict;
        expect([back!.verdict, back!.p]).toEqual([turned, row!.p]);
        expect(back!.difference).toBeCloseTo(-row!.difference!, 12);
      }),
    );
  });
});

test('times and rates are compared by their ratio; what was not measured is in no pair', () => {
  const of = (model: string, ms: readonly number[]): ComparedLevel => ({
    level: 1,
    cell: { model, route: 'compat' },
    metrics: ['e2e_due_ms'],
    visits: new Map(ms.map((value, n) => [n + 1, { e2e_due_ms: value }])),
  });
  const [row] = compareLevels(
    [of('a', [...eight(100), NaN]), of('b', [190, 200, 210, 200, 205, 195, 200, 200, 200])],
    options,
  );
  expect(row).toMatchObject({ visits: 8, verdict: 'slower', difference: undefined });
  expect(row!.ratio).toBeCloseTo(2, 1);
  expect(row!.ci_low!).toBeGreaterThan(1.9);
});

test('a metric that means nothing for one of the two is not compared', () => {
  const held = { ...level('a', 1, eight(1)), metrics: ['attainment', 'e2e_due_ms'] as const };
  expect(compareLevels([held, level('b', 1, eight(0.5))], options).map(({ metric }) => metric)).toEqual([
    'attainment',
  ]);
});

describe('limits', () => {
  const limit = (model: string, held?: number, broken?: number): FoundLimit => ({
    cell: { model, route: 'compat' },
    held,
    broken,
  });
  test.each([
    [limit('b', 2, 3), 'better'],
    [limit('b', 1.9, 3), 'not settled'],
    [limit('b', 0.2, 1), 'worse'],
    [limit('b', 0.2, 1.1), 'not settled'],
    [limit('b', 2), 'better'],
    [limit('b', undefined, 1), 'worse'],
    [limit('b'), 'not settled'],
  ])('against one that holds 1/s and breaks at 2/s: %j is %s', (b, verdict) => {
    expect(compareLimits([limit('a', 1, 2), b], options)).toMatchObject([{ verdict, metric: 'limit_rps' }]);
  });
});
