import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  correctedMean,
  correctedP,
  correctedRate,
  correctedShare,
  correlation,
  differenceOf,
  type JudgedPrompt,
} from './corrected-rate.ts';

/** Every third prompt is labeled. */
const prompts = (count: number, of: (index: number) => { people: number; judge: number }): JudgedPrompt[] =>
  Array.from({ length: count }, (_, index) => {
    const { people, judge } = of(index);
    return { judged: judge, ...(index % 3 === 0 ? { label: { people, judge } } : {}) };
  });

describe('a corrected mean', () => {
  test('by a judge that is always right is the judge’s mean', () => {
    const found = correctedMean(prompts(90, (index) => ({ people: index % 2, judge: index % 2 })))!;
    expect(found).toMatchObject({ lambda: 1, labels: 30, prompts: 90 });
    expect(found.point).toBeCloseTo(0.5);
  });

  test('by a judge that says nothing is that of people alone', () => {
    const found = correctedMean(prompts(90, (index) => ({ people: index % 2, judge: 1 })))!;
    expect(found).toMatchObject({ lambda: 0, point: 0.5 });
    expect(found.variance).toBeCloseTo(0.25 / 29);
  });

  test('takes the error out that the judge makes on average', () => {
    // It fails one good answer in five, at random.
    const world = prompts(300, (index) => ({
      people: Number(index % 10 !== 0),
      judge: Number(index % 10 !== 0 && index % 5 !== 3),
    }));
    expect(correctedMean(world)!.point).toBeCloseTo(0.9, 1);
  });

  test('has the formula of the paper, worked by hand', () => {
    const world: JudgedPrompt[] = [
      { judged: 1, label: { people: 1, judge: 1 } },
      { judged: 0.5, label: { people: 1, judge: 0 } },
      { judged: 0, label: { people: 0, judge: 0 } },
      { judged: 1 },
      { judged: 0 },
    ];
    // λ = cov ÷ var = (1 ÷ 6) ÷ (1 ÷ 3) = ½; mean of the judge 0.5; residuals ½, 1, 0.
    const found = correctedMean(world)!;
    expect(found.lambda).toBeCloseTo(0.5);
    expect(found.residuals).toEqual([0.5, 1, 0]);
    expect(found.point).toBeCloseTo(0.75);
    // residual + 0.6 × ½ × judged: 0.8, 1.15, 0 → variance 0.3475; rest 2 ÷ 25 × ¼ × ½ = 0.01.
    expect(found.variance).toBeCloseTo(0.3475 / 3 + 0.01);
  });

  test('is undefined below two labels, and has no interval below three', () => {
    expect(correctedMean([{ judged: 1 }, { judged: 1, label: { people: 1, judge: 1 } }])).toBeUndefined();
    const two = Array.from({ length: 2 }, () => ({ judged: 1, label: { people: 1, judge: 1 } }));
    expect(correctedRate(two, 2)).toBeUndefined();
  });
});

const world = fc
  .array(
    fc.record({
      judged: fc.constantFrom(0, 0.5, 1),
      label: fc.option(fc.record({ people: fc.constantFrom(0, 1), judge: fc.constantFrom(0, 1) }), {
        nil: undefined,
      }),
    }),
    { minLength: 5, maxLength: 60 },
  )
  .map((list) => list.map(({ judged, label }): JudgedPrompt => (label ? { judged, label } : { judged })))
  .filter((list) => list.filter(({ label }) => label).length >= 3);

test('a corrected rate lies within its interval, and both within 0 and 1', () => {
  fc.assert(
    fc.property(world, (list) => {
      const { point, interval, lambda } = correctedRate(list, list.length * 3)!;
      expect(
        0 <= interval.low! && interval.low! <= point && point <= interval.high! && interval.high! <= 1,
      ).toBe(true);
      expect(lambda >= 0 && lambda <= 1).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('where all agree the interval is that of as many trials as there are labels', () => {
  const list = prompts(90, () => ({ people: 1, judge: 1 }));
  const { interval } = correctedRate(list, 270)!;
  expect(interval.high).toBe(1);
  // Rule of three for some thirty labels.
  expect(interval.low).toBeGreaterThan(0.85);
  expect(interval.low).toBeLessThan(0.9);
});

test('a model against itself has no difference', () => {
  fc.assert(
    fc.property(world, (list) => {
      const rate = correctedRate(list, list.length)!;
      const { point, interval } = differenceOf(rate, rate, 0);
      expect(point).toBe(0);
      expect(interval.low! <= 0 && interval.high! >= 0).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('the more two rates rise and fall together, the surer their difference', () => {
  const a = { point: 0.8, interval: { low: 0.7, high: 0.9 } };
  const b = { point: 0.6, interval: { low: 0.5, high: 0.7 } };
  const width = (r: number): number => {
    const { low, high } = differenceOf(a, b, r).interval;
    return high! - low!;
  };
  expect(differenceOf(a, b, 0).point).toBeCloseTo(-0.2);
  expect(width(0)).toBeCloseTo(2 * Math.hypot(0.1, 0.1));
  expect(width(0.9)).toBeLessThan(width(0.5));
  expect(width(-0.5)).toBeGreaterThan(width(0));
  expect(differenceOf(a, { point: 1, interval: {} }, 0).interval).toEqual({});
});

test('p is 1 without a difference, and small for a clear one', () => {
  const clear = correctedMean(prompts(120, (index) => ({ people: index % 6 === 0 ? 0 : 1, judge: 1 })))!;
  expect(correctedP(clear)).toBeLessThan(0.001);
  expect(correctedP({ ...clear, point: 0 })).toBe(1);
});

test('preferences are a share in which a tie is half a win', () => {
  const list = prompts(90, (index) => {
    const vote = [1, 0, 0, -1, 1, 1][index % 6]!;
    return { people: vote, judge: vote };
  });
  const { point } = correctedShare(list, 90)!;
  expect(point).toBeCloseTo((1 + 2 / 6) / 2, 1);
});

test('a correlation is that of Pearson, and none where nothing varies', () => {
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1);
  expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
  expect(correlation([1, 1, 1], [1, 2, 3])).toBe(0);
});
