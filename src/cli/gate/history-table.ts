import { dirname } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import type { AnyRow, Column } from '../../base/column.ts';
import { csvFile, csvLines } from '../../journal/csv-file.ts';
import { FileState } from '../../journal/file-state.ts';
import { lockRun } from '../../journal/lock.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { isThere, readIfThere, sweepDrafts, writeWhole } from '../../journal/run-folder.ts';

/**
 * Adds rows to a table of the history's folder. Existing rows stay as they are. Only a file of a version with fewer
 * columns is rewritten with today's, if every line of it could be read. `rowsFor` receives the content of the file
 * after no other process can write to it.
 */
export async function appendTable<Row extends AnyRow>(
  path: string,
  ours: readonly Column[],
  rowsFor: (known: readonly Row[]) => readonly Row[],
): Promise<void> {
  await makeFolder(dirname(path));
  const lock = await lockRun(dirname(path));
  try {
    await sweepDrafts(path);
    const state = new FileState();
    const known = await readTable<Row>(path, ours, state);
    const rows = rowsFor(known);
    if (rows.length === 0) return;
    const text = ((await readIfThere(path)) ?? '').replace(/\r?\n?$/, '\n');
    const names = ours.map(({ name }) => name);
    const isOlder = names.some((name) => !state.header.includes(name));
    const isReadWhole = state.damaged === 0 && state.header.every((name) => names.includes(name));
    if (isOlder && isReadWhole) await writeWhole(path, csvFile(ours, [...known, ...rows]));
    else {
      const columns = state.header.map(
        (name): Column =>
          ours.find((column) => column.name === name) ?? { name, kind: 'text', unit: '', meaning: '' },
      );
      await writeWhole(path, text + csvLines(columns, rows));
    }
  } finally {
    await lock.release();
  }
}

/** All rows of such a table. Empty if there is no file yet. Damaged ones are skipped: `state` says which. */
export async function readTable<Row>(
  path: string,
  columns: readonly Column[],
  state: FileState,
): Promise<Row[]> {
  return (await isThere(path)) ? await Array.fromAsync(readCsv<Row>(path, columns, { state })) : [];
}
