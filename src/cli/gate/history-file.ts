import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../../base/table.ts';
import { UserError } from '../../base/user-error.ts';
import { csvHeader, csvLines, readCsv } from '../../journal/csv.ts';
import { lockRun } from '../../journal/lock.ts';
import { readIfThere, writeWhole } from '../../journal/run-folder.ts';
import { historyColumns, historyKinds, type HistoryRow } from '../../summary/history.ts';

export const historyFile = (folder: string): string => join(folder, 'history.csv');

/** Every line of a history. Empty when the folder has none yet. Throws a UserError for a file that is damaged. */
export async function readHistory(folder: string): Promise<HistoryRow[]> {
  const path = historyFile(folder);
  if ((await readIfThere(path)) === undefined) return [];
  const rows = await Array.fromAsync(readCsv<HistoryRow>(path, historyColumns));
  const strange = rows.find(({ kind }) => !(historyKinds as readonly string[]).includes(kind));
  if (strange)
    throw new UserError(
      `${path} has a line of kind «${strange.kind}», which this gatebench does not know: ${historyKinds.join(', ')}.`,
    );
  return rows;
}

/** The same, of a history that must be there. */
export async function readKnownHistory(folder: string): Promise<HistoryRow[]> {
  const rows = await readHistory(folder);
  if (!rows.some(({ kind }) => kind === 'night'))
    throw new UserError(
      `${historyFile(folder)} has no nights yet: add the first with «gatebench gate RUN --history ${folder}».`,
    );
  return rows;
}

/**
 * Adds lines at the end. What stands there stays as it is, byte for byte, so that two branches of the file can be
 * merged line by line; the file is put in place whole, so that a kill leaves no torn line. `rowsFor` is given what the
 * file holds once nobody else can write to it.
 */
export async function appendHistory(
  folder: string,
  rowsFor: (known: readonly HistoryRow[]) => readonly HistoryRow[],
): Promise<number> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`the history's folder ${folder} cannot be made: ${(error as Error).message}`);
  }
  const lock = await lockRun(folder);
  try {
    const rows = rowsFor(await readHistory(folder));
    if (rows.length === 0) return 0;
    const path = historyFile(folder);
    const before = (await readIfThere(path)) ?? '';
    const start = before === '' ? csvHeader(historyColumns) : before.replace(/\r?\n?$/, '\n');
    await writeWhole(path, start + csvLines(columnsOf(start, path), rows));
    return rows.length;
  } finally {
    await lock.release();
  }
}

/** The columns in the order of the file, which a newer version or a spreadsheet may have changed. */
function columnsOf(text: string, path: string): Column[] {
  const names = text
    .slice(0, text.indexOf('\n'))
    .replace(/^\ufeff|\r$/g, '')
    .split(',')
    .map((name) => name.replace(/^"|"$/g, ''));
  const missing = historyColumns.filter(({ name }) => !names.includes(name));
  if (missing.length > 0)
    throw new UserError(`${path} has no column ${missing.map(({ name }) => `«${name}»`).join(', ')}.`);
  const known: readonly Column[] = historyColumns;
  return names.map(
    (name) => known.find((column) => column.name === name) ?? { name, kind: 'text', unit: '', meaning: '' },
  );
}
