import { expect, test } from 'vitest';
import { isGood, type Felt, missedBy, type Slo } from './slo.ts';

const slo: Slo = { ttftMs: 2000, e2eMs: 15_000, tpotMs: 80, passed: true, attainment: 0.95 };
const fine: Felt = { ok: true, ttftDueMs: 2000, e2eDueMs: 15_000, tpotMs: 80, passed: true };

test.each<[string, Partial<Felt>, boolean]>([
  ['every limit just kept', {}, true],
  ['a failure', { ok: false }, false],
  ['the first token a little late', { ttftDueMs: 2000.1 }, false],
  ['the end late', { e2eDueMs: 15_001 }, false],
  ['slow between tokens', { tpotMs: 81 }, false],
  ['a failed check', { passed: false }, false],
])('%s', (_name, change, good) => {
  expect(isGood(slo, { ...fine, ...change })).toBe(good);
});

test('what was not measured', () => {
  const withoutFirst: Felt = { ok: true, e2eDueMs: 15_000, tpotMs: 80, passed: true };
  expect(isGood(slo, withoutFirst)).toBe(false);
  expect(isGood(slo, { ...withoutFirst, e2eDueMs: 1900 })).toBe(true);
  expect(isGood(slo, { ok: true, ttftDueMs: 1, e2eDueMs: 2, passed: true })).toBe(true);
  expect(isGood(slo, { ok: true, ttftDueMs: 1, e2eDueMs: 2 })).toBe(false);
  expect(isGood({ attainment: 0.9 }, { ok: true })).toBe(true);
  expect(isGood({ e2eMs: 10, attainment: 0.9 }, { ok: true })).toBe(false);
});

test.each<[Partial<Felt>, ReturnType<typeof missedBy>]>([
  [{}, undefined],
  [{ ok: false, ttftDueMs: 3000 }, 'answer'],
  [{ ttftDueMs: 3000, e2eDueMs: 20_000 }, 'ttftMs'],
  [{ e2eDueMs: 20_000, tpotMs: 99 }, 'e2eMs'],
  [{ tpotMs: 99, passed: false }, 'tpotMs'],
  [{ passed: false }, 'passed'],
])('%j missed %s, the first of several', (change, missed) => {
  expect(missedBy(slo, { ...fine, ...change })).toBe(missed);
});
