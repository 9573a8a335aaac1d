import { expect, test } from 'vitest';
import type { LimitRow } from './level-columns.ts';
import { limitText, sloText } from './level-words.ts';

test.each<[Pick<LimitRow, 'held_rps' | 'broken_rps' | 'word'>, string]>([
  [{ held_rps: 0.3, broken_rps: 0.58, word: 'found' }, 'holds 0.3/s, breaks at 0.58/s'],
  [{ held_rps: 5, broken_rps: undefined, word: 'range' }, 'holds 5/s; no limit was found in the range'],
  [
    { held_rps: undefined, broken_rps: 5, word: 'range' },
    'breaks at 5/s; no rate was found that holds below it',
  ],
  [
    { held_rps: undefined, broken_rps: undefined, word: 'stopped' },
    'neither held nor broke a rate before the run stopped',
  ],
])('%j reads as a sentence behind the name of a model', (found, words) => {
  expect(
    limitText({
      run_id: '',
      suite: '',
      route: '',
      model: '',
      slo: '',
      visits: 0,
      need: 7,
      ...noNames,
      ...found,
    }),
  ).toBe(words);
});

const noNames = { variant: undefined, vantage: undefined, version: undefined };

test('an SLO names its limits with their units', () => {
  expect(sloText({ ttftMs: 800, e2eMs: 15_000, tpotMs: 80, passed: true, attainment: 0.995 })).toBe(
    'TTFT ≤ 800 ms and E2E ≤ 15 s and TPOT ≤ 80 ms and checks passed in 99.5 %',
  );
  expect(sloText({ attainment: 1 })).toBe('answered in 100 %');
});
