import type { DuckDBConnection, DuckDBResultReader, Json, StatementType } from '@duckdb/node-api';
import { UserError } from '../base/user-error.ts';
import { choices } from '../suite/nearest.ts';
import { type Database, type DuckDb, literalText, memoryDatabase } from './duckdb.ts';
import { createTable, fillTable } from './fill.ts';
import { queryTables, type Sources } from './tables.ts';

/** A cell of an answer. `null`: no value. What JSON cannot express (infinite numbers) is text. */
export type QueryValue = Json;

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly QueryValue[])[];
}

/**
 * Answers one SELECT over the tables. The statement never accesses a file: it is planned against empty tables, then
 * only the columns that the plan reads are loaded, and it runs in a database that can reach nothing else. Throws a
 * UserError if it is not a statement, is more than one, or does more than read.
 */
export async function ask(duckdb: DuckDb, sql: string, sources: Sources): Promise<QueryResult> {
  const database = await memoryDatabase(duckdb);
  const { connection } = database;
  try {
    for (const { name, columns } of queryTables) await connection.run(createTable(name, columns));
    await connection.run('SET enable_external_access = false');
    const needed = await attempt(() => neededColumns(duckdb, database, sql));
    await connection.run('SET lock_configuration = true');
    for (const table of queryTables) {
      const names = needed.get(table.name);
      if (names === undefined) continue;
      const columns = table.columns.filter(({ name }) => names.has(name));
      await fillTable(duckdb, connection, { ...table, columns }, table.rows(sources, names));
    }
    return resultOf(duckdb, await attempt(() => connection.runAndReadAll(sql)));
  } finally {
    database.close();
  }
}

const onlyReads =
  'query takes one SELECT (also WITH, FROM, VALUES, SUMMARIZE, DESCRIBE): it reads, and changes nothing.';

/** The columns that a statement reads, by table. Throws a UserError if it is not a single SELECT. */
async function neededColumns(
  { StatementType: types }: DuckDb,
  { connection }: Database,
  sql: string,
): Promise<Map<string, ReadonlySet<string>>> {
  const statements = await extracted(connection, sql);
  if (statements.count > 1)
    throw new UserError(
      /\bpivot\b/i.test(sql)
        ? "query does not offer PIVOT. Write a column for each case: avg(x) FILTER (WHERE model = 'a') AS a."
        : `${onlyReads} These are ${statements.count} statements.`,
    );
  let type: StatementType;
  try {
    type = (await statements.prepare(0)).statementType;
  } catch (error) {
    if (/^Permission Error/.test((error as Error).message)) throw outside(error as Error);
    throw error;
  }
  if (type !== types.SELECT) throw new UserError(`${onlyReads} This is ${types[type]}.`);
  const scanned = await scannedColumns(connection, sql);
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  const named = new Set(connection.getTableNames(sql, false).map((name) => name.toLowerCase()));
  return new Map(
    queryTables.flatMap(({ name, columns }) => {
      const read = scanned.get(name);
      if (read === undefined && !named.has(name)) return [];
      const all = columns.map((column) => column.name);
      // If the plan does not mention a table that the statement names, load all of it.
      const names = read === undefined ? all : all.filter((column) => read.has(column) || words.has(column));
      return [[name, new Set(names.length === 0 ? all.slice(0, 1) : names)] as const];
    }),
  );
}

async function extracted(
  connection: DuckDBConnection,
  sql: string,
): Promise<Awaited<ReturnType<DuckDBConnection['extractStatements']>>> {
  // Only blanks and comments: not a statement, but not an error of the parser either.
  if (
    sql
      .replaceAll(/--.*$|\/\*[^]*?\*\//gm, '')
      .trim()
      .replaceAll(';', '') === ''
  )
    throw new UserError(`${onlyReads} This is empty.`);
  try {
    return await connection.extractStatements(sql);
  } catch (error) {
    if (/Permission Error/.test((error as Error).message)) throw outside(error as Error);
    throw error;
  }
}

interface PlanNode {
  name: string;
  children?: PlanNode[];
  extra_info?: { Table?: string; Projections?: string | string[] };
}

/** What the scans of the plan read. The only useful optimization here is leaving out unused columns. */
async function scannedColumns(connection: DuckDBConnection, sql: string): Promise<Map<string, Set<string>>> {
  const optimizers = (await connection.runAndReadAll('FROM duckdb_optimizers()'))
    .getRowsJson()
    .map(([name]) => textOf(name));
  const others = optimizers.filter((name) => name !== 'unused_columns').join(',');
  await connection.run(`SET disabled_optimizers = ${literalText(others)}`);
  const explained = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`);
  await connection.run('RESET disabled_optimizers');
  const found = new Map<string, Set<string>>();
  const visit = ({ extra_info: facts, children = [] }: PlanNode): void => {
    const table = facts?.Table?.split('.').at(-1);
    if (table !== undefined) {
      const columns = found.get(table) ?? new Set();
      for (const name of [facts?.Projections ?? []].flat()) columns.add(name);
      found.set(table, columns);
    }
    children.forEach(visit);
  };
  (JSON.parse(textOf(explained.getRowsJson()[0]?.[1])) as PlanNode[]).forEach(visit);
  return found;
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function outside(error: Error): UserError {
  return new UserError(
    `query reaches no file and no address, only its tables (${queryTables.map(({ name }) => name).join(', ')}). ${firstLine(error)}`,
  );
}

const firstLine = ({ message }: Error): string => message.split('\n')[0]!;

/** DuckDB's own message is good enough, and it includes the place. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { message } = error as Error;
    if (/Permission Error/.test(message)) throw outside(error as Error);
    const table = /Table with name (\S+) does not exist/.exec(message)?.[1];
    if (table !== undefined) {
      const names = queryTables.map(({ name }) => name);
      throw new UserError(`query: there is no table ${table}${choices(table, names)}`);
    }
    throw new UserError(`query: ${message.replace(/^Failed to extract statements: /, '').trim()}`);
  }
}

function resultOf({ DuckDBTypeId: ids }: DuckDb, reader: DuckDBResultReader): QueryResult {
  const types = reader.columnTypes().map(({ typeId }) => typeId);
  const [whole, fraction] = [
    [ids.TINYINT, ids.SMALLINT, ids.INTEGER, ids.BIGINT, ids.HUGEINT],
    [ids.FLOAT, ids.DOUBLE, ids.DECIMAL],
  ];
  const numbers = [
    ...whole,
    ...fraction,
    ids.UTINYINT,
    ids.USMALLINT,
    ids.UINTEGER,
    ids.UBIGINT,
    ids.UHUGEINT,
  ];
  return {
    columns: reader
      .deduplicatedColumnNames()
      .map((name, place) => ({ name, isNumber: numbers.includes(types[place]!) })),
    rows: reader.getRowsJson().map((row) =>
      row.map((value, place) => {
        if (typeof value !== 'string') return value;
        if (numbers.includes(types[place]!)) return numberOrText(value);
        // The same format as in all our files.
        return types[place] === ids.TIMESTAMP ? `${value.replace(' ', 'T')}Z` : value;
      }),
    ),
  };
}

/** Wide numbers come as text. They stay text if a double would change them. */
function numberOrText(text: string): number | string {
  const number = Number(text);
  const isExact = /^-?\d+$/.test(text) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isExact ? number : text;
}
