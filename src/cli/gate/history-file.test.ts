import { randomUUID } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csvFile, csvLines } from '../../journal/csv-file.ts';
import { FileState } from '../../journal/file-state.ts';
import { historyColumns } from '../../analysis/history.ts';
import { decision, nightRow } from '../../analysis/testing/nights.ts';
import { scratch } from '../testing/gatebench.ts';
import { appendHistory, historyFile, readHistory, readKnownHistory } from './history-file.ts';

const awkward = 'new "version",\n"really"';

test('lines come back as they were written, and earlier bytes stay', async () => {
  await using folder = await scratch();
  const path = join(folder.path, 'deep', 'history');
  const first = nightRow(0, 'a', 100.5, { ci_low: 90, bound: true });
  await appendHistory(path, () => [first]);
  const before = await readFile(historyFile(path), 'utf8');
  const second = decision('accept', 0, { reason: awkward });
  expect(await appendHistory(path, () => [second])).toBe(1);
  expect((await readFile(historyFile(path), 'utf8')).startsWith(before)).toBe(true);
  expect(await readHistory(path)).toEqual([first, second]);
});

test('a folder without a history has none, and trend says what to do', async () => {
  await using folder = await scratch();
  expect(await readHistory(join(folder.path, 'nowhere'))).toEqual([]);
  await expect(readKnownHistory(folder.path)).rejects.toThrow(/no nights yet.*gatebench gate RUN --history/);
});

test('a writer sees the current content of the file, even when two write at the same time', async () => {
  await using folder = await scratch();
  await appendHistory(folder.path, () => [nightRow(0, 'a', 1)]);
  const seen: number[] = [];
  const add = (): Promise<number> =>
    appendHistory(folder.path, (known) => {
      seen.push(known.length);
      return [nightRow(known.length, 'a', 1)];
    });
  const ended = await Promise.allSettled([add(), add()]);
  const added = ended.filter(({ status }) => status === 'fulfilled').length;
  expect(await readHistory(folder.path)).toHaveLength(1 + added);
  expect(seen).toEqual(added === 2 ? [1, 2] : [1]);
});

test('columns in another order, a missing line end and Windows line ends are kept to', async () => {
  await using folder = await scratch();
  const names = [...historyColumns.map(({ name }) => name)].reverse();
  await writeFile(historyFile(folder.path), `\ufeff${[...names, 'later'].join(',')}\r\n`);
  await appendHistory(folder.path, () => [nightRow(0, 'a', 100)]);
  await writeFile(historyFile(folder.path), (await readFile(historyFile(folder.path), 'utf8')).trimEnd());
  await appendHistory(folder.path, () => [nightRow(1, 'a', 200)]);
  expect((await readHistory(folder.path)).map(({ value }) => value)).toEqual([100, 200]);
});

test('conflict marks of a merge are named with their line', async () => {
  await using folder = await scratch();
  await appendHistory(folder.path, () => [nightRow(0, 'a', 1)]);
  const text = await readFile(historyFile(folder.path), 'utf8');
  await writeFile(historyFile(folder.path), `${text}<<<<<<< ours\n`);
  await expect(readHistory(folder.path)).rejects.toThrow(
    /history\.csv:3: this line is a merge conflict marker/,
  );
});

test('a kind that is not known is refused, when a later version wrote it', async () => {
  await using folder = await scratch();
  await writeFile(
    historyFile(folder.path),
    csvFile(historyColumns, [{ ...nightRow(0, 'a', 1), kind: 'day' }]),
  );
  await expect(readHistory(folder.path)).rejects.toThrow('kind "day"');
});

test('the history of a version without checksums gets them with its next line, and loses nothing', async () => {
  await using folder = await scratch();
  const [, ...withoutCheck] = historyColumns.toReversed();
  const columns = withoutCheck.toReversed();
  const first = nightRow(0, 'a', 1);
  const reason = '=1+1, "new"\nlevel';
  // As it was written before: not protected.
  const old = csvFile(columns, [first, decision('accept', 0, { reason })]).replace("'=1+1", '=1+1');
  await writeFile(historyFile(folder.path), old);
  expect((await readHistory(folder.path)).at(-1)).toMatchObject({ reason });
  const second = nightRow(1, 'a', 2);
  await appendHistory(folder.path, () => [second]);
  expect(await readFile(historyFile(folder.path), 'utf8')).toBe(
    csvFile(historyColumns, [first, decision('accept', 0, { reason }), second]),
  );
});

test('the history of a version that knew of no places gets their column when the first has a name, and loses nothing', async () => {
  await using folder = await scratch();
  const columns = historyColumns.filter(({ name }) => name !== 'vantage');
  const old = [nightRow(0, 'a', 1), decision('accept', 0, { reason: '=1+1, "new"\nlevel' })];
  const text = csvFile(columns, old);
  await writeFile(historyFile(folder.path), text);
  await appendHistory(folder.path, () => [nightRow(1, 'a', 2)]);
  // No place was named: existing lines stay unchanged.
  expect(await readFile(historyFile(folder.path), 'utf8')).toBe(
    text + csvLines(columns, [nightRow(1, 'a', 2)]),
  );
  const named = nightRow(2, 'a', 3, { vantage: 'fra' });
  await appendHistory(folder.path, () => [named]);
  const state = new FileState();
  expect(await readHistory(folder.path, { state })).toEqual([...old, nightRow(1, 'a', 2), named]);
  expect([state.damaged, state.unverified]).toEqual([0, 0]);
  await appendHistory(folder.path, () => [nightRow(3, 'a', 4, { vantage: 'ams' })]);
  expect((await readHistory(folder.path)).map(({ vantage }) => vantage)).toEqual([
    ...[undefined, undefined, undefined],
    ...['fra', 'ams'],
  ]);
});

test('drafts that a kill has left go with the next night; files of others stay', async () => {
  await using folder = await scratch();
  const draft = `history.csv.${randomUUID()}.tmp`;
  const others = [`notes.csv.${randomUUID()}.tmp`, 'history.csv.mine.tmp', 'history.csv.torn'];
  for (const name of [draft, ...others]) await writeFile(join(folder.path, name), 'x');
  await appendHistory(folder.path, () => [nightRow(0, 'a', 1)]);
  expect((await readdir(folder.path)).toSorted()).toEqual(['history.csv', ...others].toSorted());
});
