import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nightColumns, type NightRow } from '../../analysis/night-figures.ts';
import { csvFile, csvLines } from '../../journal/csv-file.ts';
import { FileState } from '../../journal/file-state.ts';
import { lockRun } from '../../journal/lock.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { isThere, readIfThere, sweepDrafts, writeWhole } from '../../journal/run-folder.ts';

export const nightsFile = (folder: string): string => join(folder, 'nights.csv');

/**
 * Adds the figures of a night, once. What stands there stays as it is; only a file of a version with fewer columns is
 * written anew under today's, when every line of it could be read.
 */
export async function appendNight(folder: string, rows: readonly NightRow[]): Promise<void> {
  if (rows.length === 0) return;
  await mkdir(folder, { recursive: true });
  const lock = await lockRun(folder);
  try {
    const path = nightsFile(folder);
    await sweepDrafts(path);
    const state = new FileState();
    const known = (await isThere(path))
      ? await Array.fromAsync(readCsv<NightRow>(path, nightColumns, { state }))
      : [];
    if (known.some(({ run_id }) => run_id === rows[0]!.run_id)) return;
    const text = ((await readIfThere(path)) ?? '').replace(/\r?\n?$/, '\n');
    const ours = nightColumns.map(({ name }) => name as string);
    const isOlder = ours.some((name) => !state.header.includes(name));
    const isReadWhole = state.damaged === 0 && state.header.every((name) => ours.includes(name));
    if (isOlder && isReadWhole) await writeWhole(path, csvFile(nightColumns, [...known, ...rows]));
    else {
      const columns = state.header.map(
        (name) =>
          nightColumns.find((column) => column.name === name) ??
          ({ name, kind: 'text', unit: '', meaning: '' } as const),
      );
      await writeWhole(path, text + csvLines(columns, rows));
    }
  } finally {
    await lock.release();
  }
}
