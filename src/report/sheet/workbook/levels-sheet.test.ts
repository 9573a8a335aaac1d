import { expect, test } from 'vitest';
import { levelColumns } from '../../../analysis/level-columns.ts';
import { sampleLoad } from '../../testing/sample-load.ts';
import type { ExportedRun } from '../sheet-format.ts';
import { bytesOf, exported, rowsOf } from '../testing/runs.ts';
import { cellsOf, partsOf, sheetPath } from '../testing/workbook.ts';
import { writeWorkbook } from './write-workbook.ts';

const load = sampleLoad('open', [
  { model: 'swift', level: 10, word: 'held', visits: ['passed', 'passed'] },
  { model: 'swift', level: 20, word: 'open', visits: ['void'] },
]);
const plain = exported(rowsOf({ swift: 400 }), {}, []);
const underLoad: ExportedRun = {
  rows: () => [],
  async summarized() {
    const { manifest, report } = await plain.summarized();
    return { manifest, report: { ...report, load } };
  },
};

test('a workbook has a sheet of levels if a run has them: what was not measured is no cell', async () => {
  const parts = partsOf(await bytesOf(writeWorkbook([underLoad])));
  const cells = cellsOf(parts, 'Levels');
  const column = (name: string): string =>
    String.fromCharCode('B'.charCodeAt(0) + levelColumns.findIndex((one) => one.name === name));
  expect([1, 2, 3].map((row) => cells.get(`${column('word')}${row}`))).toEqual(['word', 'held', 'open']);
  expect([2, 3].map((row) => cells.get(`${column('attainment')}${row}`))).toEqual([1, undefined]);
  expect([...cellsOf(parts, 'Read me').values()]).toContain('Levels');
  expect(() => sheetPath(parts, 'Limits')).toThrow();
});

test('and none where no run has them', async () => {
  const parts = partsOf(await bytesOf(writeWorkbook([plain])));
  expect(() => sheetPath(parts, 'Levels')).toThrow();
});
