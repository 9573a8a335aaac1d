import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnyRow, Column } from '../base/column.ts';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { csvHeader, csvLines } from './csv-file.ts';
import { cellsOf, endOfLastLine } from './csv-lines.ts';
import { localDisk, type Disk } from './disk.ts';
import { readCsv } from './read-csv.ts';
import { requestColumns, type RequestRow } from './request-columns.ts';
import { cannotBeWritten, isDraft, qualityFiles, runFiles, writeWhole } from './run-folder.ts';
import { FileState } from './file-state.ts';
import { keptAsItWas } from './set-damage-aside.ts';
import { readVerdicts, removeVerdicts, withVerdict } from './verdicts.ts';

/**
 * Sets aside the torn last line that a kill or a full disk can leave. Our rows are one line each, so anything after the
 * last line feed is torn. It is kept next to the file as `<file>.torn`. Returns its length in bytes.
 */
export async function setTornLineAside(
  folder: string,
  disk: Disk = localDisk,
  files: readonly string[] = appended,
): Promise<number> {
  let bytes = 0;
  for (const name of files) bytes += await repair(join(folder, name), disk);
  return bytes;
}

/** Files that are appended to, line by line. */
const appended: readonly string[] = [
  ...[runFiles.requests, runFiles.answers, runFiles.verdicts],
  ...qualityFiles,
];

/**
 * Removes what was made from the rows of a run, and what a kill left half written. All of it is made again at the end
 * of the run. From then on, the run's page shows that the run was finished.
 */
export async function removeDerived(folder: string): Promise<void> {
  const derived: readonly string[] = [
    ...[runFiles.models, runFiles.pairs, runFiles.levels, runFiles.limits],
    ...[runFiles.quality, runFiles.preferences],
    ...[runFiles.report, runFiles.reconciled],
  ];
  for (const name of await readdir(folder))
    if (derived.includes(name) || isDraft(name)) await rm(join(folder, name), { force: true });
}

async function repair(path: string, disk: Disk): Promise<number> {
  let file: FileHandle;
  try {
    file = await disk.open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw cannotBeWritten(path, error as Error);
  }
  try {
    const { size } = await file.stat();
    const whole = await endOfLastLine(file, size);
    if (whole === size) return 0;
    const torn = Buffer.alloc(size - whole);
    await file.read(torn, 0, torn.length, whole);
    await writeWhole(`${path}.torn`, torn, disk);
    await file.truncate(whole);
    return torn.length;
  } finally {
    await file.close();
  }
}

/**
 * Adds missing columns to a table of an older version, so that new rows fit its header. The file is rewritten and
 * replaced in one step. Returns whether it was. Throws a UserError if it has columns of a later version, which would be
 * lost. With `state` damaged lines are left out, and a copy is kept.
 */
export async function addNewColumns(
  folder: string,
  file: string = runFiles.requests,
  columns: readonly Column[] = requestColumns,
  state?: FileState,
): Promise<boolean> {
  const path = join(folder, file);
  const header = csvHeader(columns);
  const found = await firstLine(path);
  if (found === '' || found === header) return false;
  const known: readonly string[] = columns.map(({ name }) => name);
  const names = cellsOf(found.trimEnd().replace(/^\ufeff/, '')) ?? [];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new UserError(
      `${path} has columns that this gatebench does not know (${oneLine(unknown.join(', '), 200)}): ` +
        'continue with the version that wrote it.',
    );
  await writeWhole(
    path,
    rewritten<AnyRow>(path, columns, (row) => row, state),
  );
  return true;
}

/** With its line feed. Empty if there is no file, or no complete line in its first block. */
async function firstLine(path: string): Promise<string> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    const block = Buffer.alloc(64 * 1024);
    const { bytesRead } = await file.read(block, 0, block.length, 0);
    return block.toString('utf8', 0, block.subarray(0, bytesRead).indexOf(10) + 1);
  } finally {
    await file.close();
  }
}

/**
 * Removes the final mark from the rows of failed requests, so that they are sent again. The file is rewritten and
 * replaced in one step. Returns how many there were.
 */
export async function reopenFailed(folder: string): Promise<number> {
  const path = join(folder, runFiles.requests);
  let failed = 0;
  for await (const row of readCsv<RequestRow>(path, requestColumns)) if (hasFailed(row)) failed++;
  const reopened = (row: RequestRow): RequestRow => (hasFailed(row) ? { ...row, final: false } : row);
  if (failed > 0) await writeWhole(path, rewritten(path, requestColumns, reopened));
  return failed;
}

/**
 * Moves the separate verdicts of a run into its rows, so that `requests.csv` is complete by itself. It is rewritten and
 * replaced in one step. No process may be writing to it.
 */
export async function settleVerdicts(folder: string, disk: Disk = localDisk): Promise<void> {
  const verdicts = await readVerdicts(folder);
  const path = join(folder, runFiles.requests);
  if (verdicts.size > 0) {
    const state = new FileState();
    await writeWhole(
      path,
      rewritten<RequestRow>(path, requestColumns, (row) => withVerdict(row, verdicts), state),
      disk,
    );
  }
  await removeVerdicts(folder, disk);
}

const hasFailed = ({ final, status }: RequestRow): boolean => final && status !== 'ok';

/**
 * A journal with each row changed, in pieces, because a file of millions of rows does not fit in memory. With `state`
 * damaged lines are left out, and a copy of the original file is kept. Otherwise they throw.
 */
async function* rewritten<Row extends AnyRow>(
  path: string,
  columns: readonly Column[],
  change: (row: Row) => Row,
  state?: FileState,
): AsyncGenerator<string> {
  let text = csvHeader(columns);
  const options = state ? { state, isJournal: true } : {};
  for await (const row of readCsv<Row>(path, columns, options)) {
    text += csvLines(columns, [change(row)]);
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  if (state !== undefined && state.damaged > 0) await keptAsItWas(path);
  yield text;
}
