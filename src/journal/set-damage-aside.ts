import { constants, copyFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Column } from '../base/column.ts';
import { csvRecord } from './csv-file.ts';
import { localDisk, type Disk } from './disk.ts';
import { FileState } from './file-state.ts';
import { readCsv } from './read-csv.ts';
import { cannotBeWritten, isThere, writeWhole } from './run-folder.ts';

/** Damage that was set aside from a file. */
export interface SetAside {
  /** Intact rows. */
  kept: number;
  state: FileState;
  /** Name of the copy of the original file. Absent if nothing was damaged. */
  copy?: string;
}

/**
 * Removes damage from a table, and keeps the original next to it as `<file>.damaged`. Intact rows stay as they are,
 * byte for byte, under a repaired header. In a journal, bytes after the last line feed are torn. In other files they
 * are a row that an editor left without a line end. Throws a UserError if it cannot be written.
 */
export async function setDamageAside(
  path: string,
  columns: readonly Column[],
  { isJournal = true, disk = localDisk }: { isJournal?: boolean; disk?: Disk } = {},
): Promise<SetAside> {
  const state = new FileState();
  let kept = 0;
  const options = { state, isJournal, onRecord: () => kept++ };
  if (await isThere(path)) await drained(readCsv(path, columns, options));
  if (state.damaged === 0) return { kept, state };
  const copy = await keptAsItWas(path);
  await writeWhole(path, wholeRecords(copy, columns, state.header, isJournal), disk);
  return { kept, state, copy: basename(copy) };
}

/** Copies a file to `<file>.damaged`, next to earlier copies. Resolves to the copy. */
export async function keptAsItWas(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const copy = `${path}.damaged${n === 1 ? '' : `-${n}`}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotBeWritten(copy, error as Error);
    }
  }
}

async function* wholeRecords(
  path: string,
  columns: readonly Column[],
  header: readonly string[],
  isJournal: boolean,
): AsyncGenerator<string> {
  let text = csvRecord(header);
  const onRecord = (record: { text: string }): void => {
    text += `${record.text.replace(/\r$/, '')}\n`;
  };
  const rows = readCsv(path, columns, { state: new FileState(), isJournal, onRecord });
  while (!(await rows.next()).done) {
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function drained(rows: AsyncGenerator): Promise<void> {
  while (!(await rows.next()).done);
}
