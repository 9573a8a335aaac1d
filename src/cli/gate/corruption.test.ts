import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { FileState } from '../../journal/file-state.ts';
import { flips } from '../../journal/testing/flips.ts';
import { decision, nightRow } from '../../analysis/testing/nights.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { appendHistory, historyFile, historyWarnings, readHistory } from './history-file.ts';

const rows = [
  ...Array.from({ length: 20 }, (_, night) =>
    nightRow(night, 'a', 1000.25 + night, { ci_low: 900, requests: 40 }),
  ),
  decision('accept', 3, { reason: 'new version, "faster"' }),
];

test('no byte of history.csv changes unnoticed, and no figure with it: 300 flips', async () => {
  await using folder = await scratch();
  await appendHistory(folder.path, () => rows);
  const path = historyFile(folder.path);
  const intact = await readFile(path);
  const known = new Set(rows.map((row) => JSON.stringify(row)));
  for (const { bytes, what } of flips(intact, 300, seededRandom('history'))) {
    await writeFile(path, bytes);
    const state = new FileState();
    const read = await readHistory(folder.path, { state });
    expect(historyWarnings(folder.path, state), what).not.toEqual([]);
    expect(
      read.filter((row) => !known.has(JSON.stringify(row))),
      what,
    ).toEqual([]);
    expect(read.length, what).toBeGreaterThanOrEqual(rows.length - 2);
  }
}, 60_000);

test('a damaged history is used as far as possible, which trend says first; new lines follow it', async () => {
  await using folder = await scratch();
  await appendHistory(folder.path, () => rows);
  const path = historyFile(folder.path);
  const damaged = (await readFile(path, 'utf8'))
    .replace('1005.25', '1905.25')
    .replace('suite_hash', 'suite_hasj');
  await writeFile(path, damaged);
  const { code, stdout } = await gatebench(['trend', '--history', folder.path], folder.path);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /^⚠ \S*history\.csv: 2 damaged lines are left out \(lines 1 and 7: the header is damaged/,
  );
  const more = nightRow(20, 'a', 2000);
  await appendHistory(folder.path, () => [more]);
  const state = new FileState();
  expect((await readHistory(folder.path, { state })).at(-1)).toEqual(more);
  expect(state.lines()).toBe('line 7');
  expect(await readFile(path, 'utf8')).toContain('1905.25');
});
