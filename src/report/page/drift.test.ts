import { expect, test } from 'vitest';
import { driftOf, shiftOf } from './drift.ts';
import type { TimelinePoint } from './scan/timeline-scan.ts';

const point = (atMs: number, relative: number | undefined): TimelinePoint => ({
  atMs,
  relative,
  e2eMs: 1,
  promptId: 'p',
  repeat: 1,
});

test('each stretch has the median of its answers, those with fewer than four are left out', () => {
  const points = [0, 1, 2, 3].map((at) => point(at, at + 1)).concat([50, 51, 52].map((at) => point(at, 9)));
  expect(driftOf(points, 100, 2)).toEqual([{ atMs: 25, relative: 2.5, answers: 4 }]);
});

test('an answer without a usual time says nothing of drift', () => {
  expect(
    driftOf(
      [0, 1, 2, 3].map((at) => point(at, undefined)),
      100,
      2,
    ),
  ).toEqual([]);
});

test('the shift is the last third against the first', () => {
  const points = [0, 1, 2, 3].flatMap((n) => [point(n, 1), point(40 + n, 1), point(90 + n, 1.5)]);
  expect(shiftOf(points, 100)).toBe(1.5);
});

test('the shift is unknown when the last third has too few answers', () => {
  expect(
    shiftOf(
      [0, 1, 2, 3].map((at) => point(at, 1)),
      100,
    ),
  ).toBeUndefined();
});
