import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readShare, type Share } from './share-night.ts';

const nights = (values: readonly number[], of = 20): Share[] => values.map((value) => ({ value, of }));
const share = fc
  .record({ of: fc.integer({ min: 1, max: 400 }), hits: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ of, hits }) => ({ of, value: Math.round(hits * of) / of }));

describe('a share of a night', () => {
  test('has a range within 0 and 1, of some width, and a usual level between its nights, whatever they were', () => {
    fc.assert(
      fc.property(share, fc.array(share, { minLength: 2, maxLength: 20 }), (tonight, baseline) => {
        const { usual, low, high, pFewer, pMore } = readShare(tonight, baseline);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high - low).toBeGreaterThan(0);
        expect(usual).toBeGreaterThanOrEqual(Math.min(...baseline.map(({ value }) => value)) - 1e-9);
        expect(usual).toBeLessThanOrEqual(Math.max(...baseline.map(({ value }) => value)) + 1e-9);
        expect(pFewer).toBeGreaterThanOrEqual(0);
        expect(pFewer + pMore).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
    );
  });

  test('of a model that stood at 100 % is usually 100 %, whatever tonight was', () => {
    for (const value of [1, 0.5, 0])
      expect(readShare({ value, of: 20 }, nights(Array<number>(14).fill(1))).usual).toBe(1);
  });

  test('one miss of twenty after perfect nights is hardly news, three are', () => {
    const perfect = nights(Array<number>(7).fill(1));
    expect(readShare({ value: 0.95, of: 20 }, perfect).pFewer).toBeGreaterThan(0.05);
    expect(readShare({ value: 0.85, of: 20 }, perfect).pFewer).toBeLessThan(0.005);
  });

  test('nights that differ more than chance make a wider range', () => {
    const width = (values: number[]): number => {
      const { low, high } = readShare({ value: 0.8, of: 60 }, nights(values, 60));
      return high - low;
    };
    expect(width([0.7, 0.9, 0.65, 0.95, 0.7, 0.9, 0.8])).toBeGreaterThan(
      1.4 * width([0.8, 0.8, 0.82, 0.78, 0.8, 0.8, 0.8]),
    );
  });

  test('one night of outage does not hide the next', () => {
    const baseline = nights([...Array<number>(13).fill(1), 0]);
    expect(readShare({ value: 0.7, of: 20 }, baseline).pFewer).toBeLessThan(0.01);
  });
});
