import { expect, test } from 'vitest';
import { fixedLevels } from './design.ts';
import type { MadeVisit } from './limit-walk.ts';

const slo = { attainment: 0.95 };
const made = (passed: number, failed: number): MadeVisit[] =>
  [...Array<boolean>(passed).fill(true), ...Array<boolean>(failed).fill(false)].map((isPassed) => ({
    ...{ kind: 'visit', rate: 1, passed: isPassed, share: isPassed ? 1 : 0 },
  }));

test.each([
  // Seven of eight hold it, whatever the eighth does. After two of each, neither verdict can be reached.
  { visits: 8, passed: 7, failed: 0, alone: 0, compared: 1 },
  { visits: 8, passed: 2, failed: 2, alone: 0, compared: 1 },
  { visits: 8, passed: 8, failed: 0, alone: 0, compared: 0 },
  { visits: 8, passed: 6, failed: 0, alone: 1, compared: 1 },
  // Five in pairs cannot settle anything, so the fifth gains nothing.
  { visits: 5, passed: 1, failed: 1, alone: 0, compared: 0 },
])(
  '$passed passed and $failed failed of $visits: left when the word is certain, unless models are compared',
  (row) => {
    const { next } = fixedLevels([1], row.visits, slo);
    const visits = made(row.passed, row.failed);
    expect([next(visits, false).length, next(visits, true).length]).toEqual([row.alone, row.compared]);
  },
);
