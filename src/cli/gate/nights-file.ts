import { join } from 'node:path';
import { nightColumns, type NightRow } from '../../analysis/night-figures.ts';
import { appendTable } from './history-table.ts';

export const nightsFile = (folder: string): string => join(folder, 'nights.csv');

/** Adds the figures of a night, once. */
export async function appendNight(folder: string, rows: readonly NightRow[]): Promise<void> {
  if (rows.length === 0) return;
  await appendTable<NightRow>(nightsFile(folder), nightColumns, (known) =>
    known.some(({ run_id }) => run_id === rows[0]!.run_id) ? [] : rows,
  );
}
