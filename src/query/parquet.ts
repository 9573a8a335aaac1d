import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyRow, Column } from '../base/column.ts';
import { literalText, loadDuckDb, memoryDatabase, quoted } from './duckdb.ts';
import { createTable, fillTable } from './fill.ts';

/** A column of the file, and the source of its cells. */
interface Cell {
  readonly column: Column;
  readonly of: (row: AnyRow) => AnyRow[string];
}

const rowsAtOnce = 2048;

/**
 * The bytes of a Parquet file with these rows. What was not measured is NULL. Each column's unit and meaning are in the
 * file's metadata under its name. Throws a UserError if DuckDB is missing.
 */
export async function* writeParquet(
  cells: readonly Cell[],
  rows: AsyncIterable<AnyRow>,
): AsyncGenerator<Uint8Array> {
  const duckdb = await loadDuckDb('Parquet');
  const database = await memoryDatabase(duckdb);
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-parquet-'));
  try {
    const { connection } = database;
    const table = { name: 'export', columns: cells.map(({ column }) => column) };
    await connection.run(createTable(table.name, table.columns));
    await fillTable(duckdb, connection, table, batchesOf(cells, rows));
    const file = join(folder, 'export.parquet');
    const meanings = table.columns.map(
      ({ name, unit, meaning }) =>
        `${quoted(name)}: ${literalText(unit === '' ? meaning : `${meaning} [${unit}]`)}`,
    );
    await connection.run(
      `COPY ${quoted(table.name)} TO ${literalText(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {${meanings.join(', ')}})`,
    );
    for await (const piece of createReadStream(file)) yield piece as Uint8Array;
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function* batchesOf(
  cells: readonly Cell[],
  rows: AsyncIterable<AnyRow>,
): AsyncGenerator<readonly AnyRow[]> {
  let pending: AnyRow[] = [];
  for await (const row of rows) {
    pending.push(Object.fromEntries(cells.map(({ column, of }) => [column.name, of(row)])));
    if (pending.length < rowsAtOnce) continue;
    yield pending;
    pending = [];
  }
  yield pending;
}
