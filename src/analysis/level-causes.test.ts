import { expect, test } from 'vitest';
import { loadModeOf } from '../load/load-modes.ts';
import type { Manifest } from '../journal/manifest.ts';
import { namesOf } from '../plan/cell.ts';
import { LevelCauses } from './level-causes.ts';
import { failedRow, row } from './testing/rows.ts';
import type { Visit } from './visits.ts';

const load = { mode: 'open', rate: '2/s', slo: { e2e_ms: 1000 } };
const design = loadModeOf(load).design!(load)!;
const manifest = { routes: [{ route: 'demo' }] } as unknown as Manifest;

/** Two visits of one level: all ten requests of the first failed, and nine of the second. */
function lines(...words: Visit['outcome']['word'][]): string[] {
  const causes = new LevelCauses(design);
  for (const visit of [1, 2])
    for (let arrival = 1; arrival <= 10; arrival++) {
      const cells = { visit, level: 2, arrival, e2e_due_ms: 5, phase: 'measure' as const };
      causes.add(visit === 2 && arrival === 1 ? row(cells) : failedRow(cells));
    }
  const cell = namesOf(row());
  const visits = words.map((word, n) => ({ cell, level: 2, number: n + 1, outcome: { word } }) as Visit);
  return causes.lines(manifest, visits);
}

test.each([
  ['both count', ['failed', 'failed'], '19 of 20 requests'],
  ['one is void', ['void', 'failed'], '9 of 10 requests'],
  ['none counts, so the void ones say why', ['void', 'void'], '19 of 20 requests'],
] as const)('causes are of the visits that count: %s', (_, words, expected) => {
  expect(lines(...words)).toEqual([expect.stringContaining(expected)]);
});
