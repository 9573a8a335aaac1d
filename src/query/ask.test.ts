import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRun } from '../analysis/read-run.ts';
import { modelColumns } from '../analysis/summary-columns.ts';
import type { AnyRow } from '../base/column.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { writeRun } from '../cli/testing/run-folder.ts';
import { csvFile } from '../journal/csv-file.ts';
import { rowColumns } from '../journal/request-columns.ts';
import { row, rowsOf } from '../report/sheet/testing/runs.ts';
import { ask, type QueryResult } from './ask.ts';
import { loadDuckDb, type DuckDb } from './duckdb.ts';
import { queryTables } from './tables.ts';

let duckdb: DuckDb;
let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let folder: string;
let warnings: string[];

beforeAll(async () => {
  duckdb = await loadDuckDb('query');
  scratch = await scratchFolder();
  const rows = [
    ...rowsOf({ kimi: 400, glm: 1200 }),
    row({
      event_id: 'late',
      model: 'glm',
      status: 'timeout',
      valid: undefined,
      ttft_ms: undefined,
      tags: ['a'],
    }),
  ];
  folder = await writeRun(scratch.path, rows);
  await writeFile(join(folder, 'models.csv'), csvFile(modelColumns, []));
  await writeFile(
    join(folder, 'answers.jsonl'),
    `${JSON.stringify({ event_id: 'late', model: 'glm', prompt_id: 'p1', repeat: 1, attempt: 1, answer: 'type O', reasoning: '', tool_calls: [], chunks: [] })}\n{"event_id":"torn`,
  );
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function asked(sql: string): Promise<QueryResult> {
  warnings = [];
  const warn = (sentence: string): void => void warnings.push(sentence);
  return ask(duckdb, sql, { runs: [await readRun(folder)], warn });
}

test('types come from the columns: numbers, truth, instants, and lists, also where a column is empty', async () => {
  const { columns, rows } = await asked(
    "select ttft_ms, final, started_at, tags, dns_ms, typeof(dns_ms) from requests where event_id = 'late'",
  );
  expect(rows).toEqual([[null, true, '2026-11-22T03:17:00.125Z', ['a'], null, 'DOUBLE']]);
  expect(columns.map(({ isNumber }) => isNumber)).toEqual([true, false, false, false, true, false]);
});

test('answers join the requests, and a torn last line is skipped', async () => {
  const { rows } = await asked('select r.model, answer from requests r join answers using (event_id)');
  expect(rows).toEqual([['glm', 'type O']]);
});

test('counts, sums, and decimals are numbers; what a number cannot hold is text', async () => {
  const { rows } = await asked(
    'select count(*), sum(repeat::int), 1.50::decimal(9, 2), 2::hugeint ** 0, 90071992547409931 from requests',
  );
  expect(rows).toEqual([[25, 25, 1.5, 1, '90071992547409931']]);
});

describe('reads and nothing else:', () => {
  const before = async (): Promise<string> => readFile(join(folder, 'requests.csv'), 'utf8');
  const other = (): string => join(scratch.path, 'other.csv');

  test.each([
    ['COPY to its own file', () => `copy requests to '${folder}/requests.csv'`, /reaches no file/],
    ['COPY elsewhere', () => `copy requests to '${other()}'`, /reaches no file/],
    ['COPY in parentheses', () => `copy (select 1) to '${other()}' (format parquet)`, /reaches no file/],
    [
      'COPY that EXPLAIN ANALYZE would run',
      () => `explain analyze copy requests to '${other()}'`,
      /no file|one SELECT/,
    ],
    ['the second half of two', () => `select 1; copy requests to '${other()}'`, /one SELECT.*2 statements/],
    ['another file', () => `select * from read_csv('${folder}/requests.csv')`, /reaches no file/],
    ['another file by its name', () => `select * from '${folder}/requests.csv'`, /reaches no file/],
    ['text of a file', () => "select * from read_text('/etc/hostname')", /reaches no file/],
    ['a list of files', () => "select * from glob('/etc/*')", /reaches no file/],
    ['http', () => "select * from read_csv('http://127.0.0.1:9/x.csv')", /query/],
    ['ATTACH', () => `attach '${other()}' as x`, /one SELECT.*ATTACH/],
    ['INSTALL', () => 'install httpfs', /one SELECT/],
    ['LOAD', () => "load 'httpfs'", /one SELECT/],
    ['SET', () => 'set enable_external_access = true', /one SELECT.*SET/],
    ['RESET', () => 'reset lock_configuration', /one SELECT/],
    ['PRAGMA', () => "pragma enable_profiling='json'", /one SELECT|query/],
    ['CREATE', () => 'create table x as select 1', /one SELECT.*CREATE/],
    ['INSERT', () => "insert into requests (model) values ('x')", /one SELECT.*INSERT/],
    ['DROP', () => 'drop table requests', /one SELECT.*DROP/],
    ['EXPORT DATABASE', () => `export database '${scratch.path}/db'`, /reaches no file/],
    ['IMPORT DATABASE', () => `import database '${scratch.path}/db'`, /reaches no file/],
    ['PIVOT', () => 'pivot requests on model using avg(ttft_ms)', /does not offer PIVOT.*FILTER/],
    ['nothing', () => ' -- only a comment\n ; ', /one SELECT.*empty/],
    ['no SQL', () => 'selec model', /syntax error/],
    ['an unknown table', () => 'from request', /no table request; did you mean "requests"\?/],
    ['an unknown column', () => 'select ttft from requests', /ttft_ms/],
  ])('%s is refused', async (_, sql, message) => {
    const [rows, files] = [await before(), await readdir(scratch.path)];
    const answer = asked(sql());
    await expect(answer).rejects.toThrow(UserError);
    await expect(answer).rejects.toThrow(message);
    expect([await before(), await readdir(scratch.path)]).toEqual([rows, files]);
  });

  test.each([
    ['with w as (from requests) select count(*) from w', 25],
    ['from requests select count(*)', 25],
    ['select count(*) from (describe requests)', rowColumns.length],
    ['values (1), (2)', 1],
    ['select count(*) from (summarize requests)', rowColumns.length],
    ['select 7; ', 7],
  ])('%s is answered', async (sql, first) => {
    expect((await asked(sql)).rows[0]![0]).toBe(first);
  });
});

test('no column of a table is one of those that every table joins by, and none is repeated', () => {
  const names = queryTables.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { columns } of queryTables)
    expect(columns[0]!.name === 'run_id' || columns.some(({ name }) => name === 'run_id')).toBe(true);
});

/** Statements that name their columns in every possible way. */
const ways = [
  'select * from requests',
  'select r from requests r',
  'select count(*) from requests',
  "select columns('t.*') from requests",
  'select * exclude (ttft_ms) from requests',
  'select * replace (1 as ttft_ms) from requests',
  'select b.* from requests a join requests b using (model, prompt_id) where a.e2e_latency_ms > b.ttft_ms',
  'select model from requests a where ttft_ms > (select avg(ttft_ms) from requests b where b.model = a.model)',
  'select distinct on (model) model, prompt_id from requests order by model, e2e_latency_ms desc',
  'select max(ttft_ms) over (partition by model order by prompt_id) from requests',
  'select t, count(*) from requests, unnest(tags) u(t) group by 1',
  'select model, quantile_cont(ttft_ms, 0.95) from requests group by all having count(valid) > 1',
  'select "TTFT_MS" from Requests',
  'select model from requests union all by name select 1 as ttft_ms',
  'with recursive w(n) as (select 1 union all select n + 1 from w where n < 3) select n, model from w, requests',
  'select * from requests natural join (select model, prompt_id from requests)',
  'select x.model from (select struct_pack(model := model, t := ttft_ms) as x from requests)',
  'from requests where false',
  'select row_number() over () from requests',
  'select a.model from requests a asof join requests b on a.model = b.model and a.started_at >= b.ended_at',
  'select any_value(answer_preview) filter (where valid) from requests group by model',
];

test('only the columns that a statement reads are asked for, and the answer is that of all of them', async () => {
  const requests = queryTables.find(({ name }) => name === 'requests')!;
  const all = new Set(requests.columns.map(({ name }) => name));
  const run = await readRun(folder);
  for (const sql of ways) {
    let wanted: ReadonlySet<string> = all;
    const spied = { ...run, batches: (names?: ReadonlySet<string>) => run.batches((wanted = names ?? all)) };
    const whole = { ...run, batches: () => run.batches(undefined) };
    const warn = (): void => undefined;
    const few = await ask(duckdb, sql, { runs: [spied], warn });
    // The same with every column named in a comment, so that all are loaded.
    const named = `${sql}\n/* ${[...all].join(' ')} */`;
    const many = await ask(duckdb, named, { runs: [whole], warn });
    const sorted = (result: QueryResult): string[] =>
      result.rows.map((cells) => JSON.stringify(cells)).sort();
    expect(sorted(few), sql).toEqual(sorted(many));
    if (sql.includes('quantile_cont')) expect([...wanted].sort()).toEqual(['model', 'ttft_ms', 'valid']);
  }
});

test('any text comes back as it was', async () => {
  const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 40 }), { numRuns: 200, seed: 7 });
  const rows = texts.map((text): AnyRow => ({ ...row({ answer_preview: text.replaceAll('\0', '') }) }));
  const run = await readRun(folder);
  const spoken = {
    ...run,
    batches: () => Readable.from([rows]) as AsyncIterable<never>,
  };
  const result = await ask(duckdb, 'select answer_preview from requests', {
    runs: [spoken],
    warn: () => undefined,
  });
  expect(result.rows.map(([cell]) => cell)).toEqual(rows.map(({ answer_preview }) => answer_preview));
});

test('without the package one sentence says how to get it', async () => {
  const name: string = '@duckdb/no-such-package';
  const missing = loadDuckDb('query', () => import(name));
  await expect(missing).rejects.toThrow(UserError);
  await expect(missing).rejects.toThrow(
    /^query needs DuckDB, an optional package\. Install it with: npm i @duckdb\/node-api$/,
  );
});
