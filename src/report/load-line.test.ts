import { expect, test } from 'vitest';
import { loadLine } from './load-line.ts';
import { sampleLoad } from './testing/sample-load.ts';

test('a level without a visit that counts is not called open', () => {
  const load = sampleLoad('open', [
    { model: 'swift', level: 10, word: 'held', visits: Array.from({ length: 5 }, () => 'passed' as const) },
    { model: 'swift', level: 20, word: 'open', visits: ['void', 'void', 'void'] },
    { model: 'other', level: 10, word: 'open', visits: ['passed', 'failed'] },
  ]);
  expect(loadLine(load)).toBe(
    'E2E ≤ 700 ms in 95 %: swift holds 10/s, has no visit that counts at 20/s; other is open at 10/s',
  );
});
