import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import type { AnyRow, CellKind, Column } from '../base/column.ts';
import { quoted, type DuckDb } from './duckdb.ts';

/** SQL types of our cells. Never guessed from a file: a column may be empty in all its rows. */
const sqlTypes: Readonly<Record<CellKind, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  list: 'VARCHAR[]',
  check: 'VARCHAR',
};

export const createTable = (name: string, columns: readonly Column[]): string =>
  `CREATE TABLE ${quoted(name)} (${columns.map((column) => `${quoted(column.name)} ${sqlTypes[column.kind]}`).join(', ')})`;

/** Rows of a chunk, as DuckDB defines it. */
const chunkRows = 2048;

/** Adds rows to a table, with these columns. The others stay NULL. */
export async function fillTable(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  table: { readonly name: string; readonly columns: readonly Column[] },
  batches: AsyncIterable<readonly AnyRow[]> | Iterable<readonly AnyRow[]>,
): Promise<void> {
  const { name, columns } = table;
  const staging = `loading ${name}`;
  await connection.run(createTable(staging, columns));
  const appender = await connection.createAppender(staging);
  const types = columns.map(({ kind }) => typeOf(duckdb, kind));
  const cells = columns.map(({ kind }) => cellOf(duckdb, kind));
  for await (const rows of batches)
    for (let at = 0; at < rows.length; at += chunkRows) {
      const part = rows.slice(at, at + chunkRows);
      const chunk = duckdb.DuckDBDataChunk.create(types, part.length);
      chunk.setColumns(
        columns.map((column, place) =>
          part.map((row) => {
            const value = row[column.name];
            return value === undefined ? null : cells[place]!(value);
          }),
        ),
      );
      appender.appendDataChunk(chunk);
    }
  appender.closeSync();
  const names = columns.map((column) => quoted(column.name)).join(', ');
  await connection.run(`INSERT INTO ${quoted(name)} (${names}) SELECT ${names} FROM ${quoted(staging)}`);
  await connection.run(`DROP TABLE ${quoted(staging)}`);
}

function typeOf({ VARCHAR, DOUBLE, BOOLEAN, TIMESTAMP, LIST }: DuckDb, kind: CellKind): DuckDBType {
  switch (kind) {
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOLEAN;
    case 'time':
      return TIMESTAMP;
    case 'list':
      return LIST(VARCHAR);
    case 'text':
    case 'check':
      return VARCHAR;
  }
}

function cellOf(
  { DuckDBTimestampValue, DuckDBListValue }: DuckDb,
  kind: CellKind,
): (value: NonNullable<AnyRow[string]>) => DuckDBValue {
  if (kind === 'time')
    return (value) => {
      const ms = Date.parse(value as string);
      // An edited file may contain any words here.
      return Number.isNaN(ms) ? null : new DuckDBTimestampValue(BigInt(ms) * 1000n);
    };
  if (kind === 'list') return (value) => new DuckDBListValue(value as readonly string[]);
  return (value) => value as DuckDBValue;
}
