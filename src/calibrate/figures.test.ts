import { expect, test } from 'vitest';
import { boundFigures, spreadOf } from './figures.ts';
import { joined } from './testing/joined.ts';

test('a spread of few values has no p99', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ n: 3, p50: 2, max: 3 });
  expect(spreadOf([])).toBeUndefined();
});

test('a spread of a hundred has one', () => {
  const values = Array.from({ length: 101 }, (_, n) => n);
  expect(spreadOf(values)).toEqual({ n: 101, p50: 50, p99: 99, max: 100 });
});

test('the bound holds up to the allowance of 1 ms, and rows without one do not count', () => {
  const rows = [
    joined({ lagMs: 2, keyErrorMs: 3 }),
    joined({ lagMs: 2, keyErrorMs: 3.01 }),
    joined({ lagMs: 0, keyErrorMs: 0.2 }),
    joined({ lagMs: undefined, keyErrorMs: 99 }),
  ];
  expect(boundFigures(rows, [])).toEqual({ rows: 3, held: 2, broken_elsewhere: 0, median_ms: 2 });
});

test('a bound that broke while something else stood still is told from one that did not', () => {
  const late = { lagMs: 1, keyErrorMs: 20 };
  const rows = [
    joined({ ...late, keySpan: { from: 100, to: 120 } }),
    joined({ ...late, keySpan: { from: 200, to: 220 } }),
    joined({ keySpan: { from: 110, to: 111 } }),
  ];
  const pauses = [
    { from: 50, to: 100 },
    { from: 115, to: 118 },
  ];
  expect(boundFigures(rows, pauses)).toMatchObject({ rows: 3, held: 1, broken_elsewhere: 1 });
});
