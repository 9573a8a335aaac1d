import { join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { historyColumns, historyKinds, type HistoryRow } from '../../analysis/history.ts';
import type { Column } from '../../base/column.ts';
import { defined } from '../../base/defined.ts';
import { guardedText } from '../../base/formula.ts';
import { UserError } from '../../base/user-error.ts';
import { checkFor, csvHeader, csvLines, csvRecord, rowCheck } from '../../journal/csv-file.ts';
import { cellsOf } from '../../journal/csv-lines.ts';
import { FileState, fileWarnings } from '../../journal/file-state.ts';
import { lockRun } from '../../journal/lock.ts';
import { type FileRecord, readCsv, type ReadOptions } from '../../journal/read-csv.ts';
import { readIfThere, sweepDrafts, writeWhole } from '../../journal/run-folder.ts';

export const historyFile = (folder: string): string => join(folder, 'history.csv');

/**
 * Every line of a history. Empty if the folder has none yet. Damaged lines are skipped: `state` says which. Throws a
 * UserError if the file cannot be read, or contains merge conflict marks.
 */
export async function readHistory(folder: string, options: HistoryOptions = {}): Promise<HistoryRow[]> {
  const { state = new FileState(), onRecord } = options;
  const path = historyFile(folder);
  const text = await readIfThere(path);
  if (text === undefined) return [];
  assertMerged(text, path);
  const rows = await Array.fromAsync(
    readCsv<HistoryRow>(path, historyColumns, { state, ...defined({ onRecord }) }),
  );
  const strange = rows.find(({ kind }) => !(historyKinds as readonly string[]).includes(kind));
  if (strange)
    throw new UserError(
      `${path} has a line of kind "${strange.kind}", which this gatebench does not know: ${historyKinds.join(', ')}.`,
    );
  return rows;
}

export interface HistoryOptions extends Pick<ReadOptions, 'onRecord'> {
  /** Reports what is damaged. */
  state?: FileState;
}

/** Messages about a history that could not be read in full. */
export function historyWarnings(folder: string, state: FileState): string[] {
  return fileWarnings(
    state,
    historyFile(folder),
    `Restore the file from an earlier commit, or accept the loss: gatebench repair ${folder}.`,
  );
}

function assertMerged(text: string, path: string): void {
  const mark = /^(?:<{7}|={7}|>{7})(?= |\r?$)/m.exec(text);
  if (!mark) return;
  const line = text.slice(0, mark.index).split('\n').length;
  throw new UserError(
    `${path}:${line}: this line is a merge conflict marker. Keep the lines of both sides, and delete the markers.`,
  );
}

/** As above, for a history that must exist. */
export async function readKnownHistory(folder: string, state = new FileState()): Promise<HistoryRow[]> {
  const rows = await readHistory(folder, { state });
  if (!rows.some(({ kind }) => kind === 'night'))
    throw new UserError(
      [
        ...historyWarnings(folder, state),
        `${historyFile(folder)} has no nights yet: add the first with "gatebench gate RUN --history ${folder}".`,
      ].join('\n'),
    );
  return rows;
}

/**
 * Adds lines at the end. Existing lines stay as they are, byte for byte, so that two branches of the file can be merged
 * line by line. The file is replaced in one step, so that a kill leaves no torn line. A file of a version without
 * checksums gets them once. `rowsFor` receives the content of the file after no other process can write to it.
 */
export async function appendHistory(
  folder: string,
  rowsFor: (known: readonly HistoryRow[]) => readonly HistoryRow[],
): Promise<number> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new UserError(`the history's folder ${folder} cannot be created: ${(error as Error).message}`);
  }
  const lock = await lockRun(folder);
  try {
    await sweepDrafts(historyFile(folder));
    const state = new FileState();
    const records: FileRecord[] = [];
    const rows = rowsFor(await readHistory(folder, { state, onRecord: (record) => records.push(record) }));
    if (rows.length === 0) return 0;
    const path = historyFile(folder);
    const before = (await readIfThere(path)) ?? '';
    const start =
      before === ''
        ? csvHeader(historyColumns)
        : withColumns(before, state.header, records, missing(rows, state));
    await writeWhole(path, start + csvLines(columnsOf(start), rows));
    return rows.length;
  } finally {
    await lock.release();
  }
}

/** Columns without which two series would look like one. Others are left out of a file that does not have them. */
const needed = ['vantage'] as const;

const missing = (rows: readonly HistoryRow[], { header }: FileState): string[] =>
  needed.filter((name) => !header.includes(name) && rows.some((row) => row[name] !== undefined));

/**
 * A history that ends with a line feed, under a header that fits its rows, with checksums, and with the `added`
 * columns, which are empty in its lines.
 */
function withColumns(
  before: string,
  header: readonly string[],
  records: readonly FileRecord[],
  added: readonly string[],
): string {
  const text = before.replace(/\r?\n?$/, '\n');
  const line = text.slice(0, text.indexOf('\n'));
  const check = header.indexOf(rowCheck.name);
  if (check !== -1 && added.length === 0) {
    // A damaged header would also damage the new lines.
    const isRight = cellsOf(line.replace(/^\ufeff/, ''))?.join() === header.join();
    return isRight ? text : `${header.join(',')}\n${text.slice(line.length + 1)}`;
  }
  const own = (cells: readonly string[]): string[] => cells.filter((_, place) => place !== check);
  const names = [...own(header), ...added, rowCheck.name];
  const checkOf = checkFor(names);
  let result = `${names.join(',')}\n`;
  let at = line.length + 1;
  for (const { text: record } of records) {
    const from = text.indexOf(record, at);
    const guarded = [...own(cellsOf(record)!), ...added.map(() => '')].map((cell, place) =>
      // A file with checksums already has its texts protected from spreadsheets.
      check !== -1 || isNumber(names[place]!) ? cell : guardedText(cell),
    );
    result += text.slice(at, from) + csvRecord([...guarded, checkOf(guarded)]).trimEnd();
    at = from + record.length;
  }
  return result + text.slice(at);
}

const isNumber = (name: string): boolean =>
  historyColumns.some((column) => column.name === name && column.kind === 'number');

/** The columns in the order of the file, which a newer version or a spreadsheet may have changed. */
function columnsOf(text: string): Column[] {
  const names = cellsOf(text.slice(0, text.indexOf('\n')).replace(/^\ufeff/, ''))!;
  const known: readonly Column[] = historyColumns;
  return names.map(
    (name) => known.find((column) => column.name === name) ?? { name, kind: 'text', unit: '', meaning: '' },
  );
}
