import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Column } from '../../base/column.ts';
import { property } from '../../base/testing/property.ts';
import { scratchFolder } from '../../base/testing/scratch.ts';
import { requestColumns } from '../request-columns.ts';
import { csvFile, rowCells } from '../csv-file.ts';
import { anyRow, rowsOf } from './rows.ts';

/** Result of our reader for a text. */
export async function readText<Row>(text: string, columns: readonly Column[]): Promise<Row[]> {
  await using scratch = await scratchFolder();
  await writeFile(join(scratch.path, 'table.csv'), text);
  return await rowsOf<Row>(join(scratch.path, 'table.csv'), columns);
}

/** A strict reader of RFC 4180 with line feeds, independent of our code. */
function rfc4180(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

const rows = fc.array(anyRow(requestColumns), { maxLength: 5 });

/** What must hold for tables of requests. */
export const csvProperties = [
  property(
    'by our own reader',
    50,
    fc.asyncProperty(rows, async (written) => {
      const read = await readText(csvFile(requestColumns, written), requestColumns);
      // Generated rows may have no prototype.
      assert.deepEqual(
        read,
        written.map((row) => ({ ...row })),
      );
    }),
  ),
  property(
    'by a reader that follows the letter of RFC 4180',
    50,
    fc.property(rows, (written) => {
      const cells = written.map((row) => rowCells(requestColumns, row));
      const header = requestColumns.map(({ name }) => name as string);
      assert.deepEqual(rfc4180(csvFile(requestColumns, written)), [header, ...cells]);
    }),
  ),
];
