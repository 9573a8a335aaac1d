import { expect, test } from 'vitest';
import type { LevelRow } from '../analysis/levels.ts';
import { loadLine } from './load-line.ts';

const at = (model: string, level: number, visits: number, word: string): LevelRow =>
  ({
    ...{ run_id: 'r', suite: 's', route: 'demo', load: 'open', model, level, visits, word },
    ...{ void: 3, arrivals: 10 * visits, rate_limited: 0, dropped: 0 },
  }) as Partial<LevelRow> as LevelRow;

test('a level none of whose visits counts is not called open', () => {
  const levels = [at('swift', 10, 5, 'held'), at('swift', 20, 0, 'open'), at('other', 10, 2, 'open')];
  expect(
    loadLine({ load: 'open', slo: { e2eMs: 700, attainment: 0.95 }, levels, limits: [], visits: [] }),
  ).toBe('E2E ≤ 700 ms in 95 %: swift holds 10/s, has no visit that counts at 20/s; other is open at 10/s');
});
