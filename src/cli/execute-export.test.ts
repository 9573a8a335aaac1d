import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { loadDuckDb, memoryDatabase } from '../query/duckdb.ts';
import { exportFormats } from '../report/sheet-formats.ts';
import { row, rowsOf } from '../report/sheet/testing/runs.ts';
import { cellsOf, partsOf } from '../report/sheet/testing/workbook.ts';
import type { ExportFlags } from './commands/export-command.ts';
import { executeExport } from './execute-export.ts';
import { gatebench, scratch, testIo, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

let home: Scratch;
const at = (...path: string[]): string => join(home.path, ...path);

/** In this process, into a file with that name. Returns the file's content. */
async function exported(out: string, flags: Partial<ExportFlags> = {}): Promise<Buffer> {
  const defaults = {
    format: undefined,
    locale: undefined,
    table: undefined,
    columns: undefined,
    aliases: undefined,
    ...{ json: false, color: undefined, help: false },
  };
  const given = { run: ['latest'], out: at(out), results: at('results'), quiet: true };
  await executeExport({ ...given, ...defaults, ...flags }, testIo(home.path));
  return readFile(at(out));
}

beforeAll(async () => {
  home = await scratch();
  for (const [day, latency] of [
    ['21', 300],
    ['22', 400],
  ] as const) {
    const run_id = `202611${day}T031700Z-abcdef`;
    await writeRun(home.path, rowsOf({ kimi: latency, glm: 1200 }, { run_id }), {
      run_id,
      started_at: `2026-11-${day}T03:17:00.000Z`,
    });
  }
});
afterAll(() => home[Symbol.asyncDispose]());

test('without a file CSV goes to stdout, what an alias renamed to stderr, and nothing else to either', async () => {
  const args = ['--columns', 'run_id,first_event_ms', '--locale', 'de', '--aliases', 'otel'];
  const { code, stdout, stderr } = await gatebench(['export', 'latest', ...args], home.path);
  expect(code).toBe(0);
  expect(stdout.split('\r\n').slice(0, 2)).toEqual([
    '\ufeffrun_id;gen_ai.client.operation.time_to_first_chunk',
    '20261122T031700Z-abcdef;0,180000',
  ]);
  expect(stderr).toContain(
    'first_event_ms is gen_ai.client.operation.time_to_first_chunk, in seconds instead of ms',
  );
  expect(stderr).not.toContain('Written');
});

test('with a file only its name is said, on stderr', async () => {
  const finished = await gatebench(['export', 'latest', '-o', 'one.xlsx'], home.path);
  expect(finished).toMatchObject({ code: 0, stdout: '', stderr: 'Written: one.xlsx (1 run)\n' });
});

test.each(exportFormats)(
  'a file that ends in $extension is written as $name',
  async ({ extension, begins }) => {
    const bytes = await exported(`by-ending${extension}`);
    expect(bytes.subarray(0, Buffer.byteLength(begins)).toString()).toBe(begins);
  },
);

test('a folder full of runs means all of them, each once', async () => {
  const runs = [
    at('results'),
    at('results', 'smoke'),
    'latest',
    at('results', 'smoke', '20261121T031700Z-abcdef'),
  ];
  const text = (await exported('all.csv', { run: runs, columns: ['run_id'] })).toString('utf8');
  const ids = text.trimEnd().split('\r\n').slice(1);
  expect(new Set(ids)).toEqual(new Set(['20261121T031700Z-abcdef', '20261122T031700Z-abcdef']));
  expect(ids).toHaveLength(48);
});

test('Parquet holds typed columns of several runs, with what they mean', async () => {
  await exported('all.parquet', {
    run: [at('results')],
    columns: ['run_id', 'started_at', 'tags', 'ttft_ms', 'final', 'passed'],
  });
  const duckdb = await loadDuckDb('test');
  const database = await memoryDatabase(duckdb);
  const read = async (sql: string): Promise<unknown> =>
    (await database.connection.runAndReadAll(sql.replace('FILE', `'${at('all.parquet')}'`))).getRowsJson();
  const rows = 'select run_id, started_at, tags, ttft_ms, final, passed from FILE order by all limit 1';
  expect(await read(rows)).toEqual([
    [...['20261121T031700Z-abcdef', '2026-11-22 03:17:00.125', ['nightly', 'support'], 75], ...[true, null]],
  ]);
  expect(await read('select count(distinct run_id), count(*) from FILE')).toEqual([['2', '48']]);
  expect(
    await read("select value::varchar from parquet_kv_metadata(FILE) where key::varchar = 'ttft_ms'"),
  ).toEqual([[expect.stringContaining('[ms]')]]);
  database.close();
});

test('two runs make a workbook with a history', async () => {
  const workbook = await exported('two.xlsx', { run: [at('results', 'smoke')] });
  const history = cellsOf(partsOf(workbook), 'History');
  expect([...history.keys()].filter((cell) => /^A\d+$/.test(cell))).toHaveLength(1 + 2 * 2 * 5);
});

describe('is refused with what to do, and leaves nothing behind:', () => {
  const cases: [string, string, Partial<ExportFlags>, RegExp][] = [
    ['an option that a workbook does not heed', 'x.xlsx', { locale: 'de' }, /--locale is for --format csv/],
    ['a locale of what has none', 'x.parquet', { locale: 'de' }, /parquet has no locale/],
    ['an ending that lies', 'x.xlsx', { format: 'csv' }, /x\.xlsx ends in \.xlsx, but --format is csv/],
    ['an unknown column', 'x.csv', { columns: ['ttft_m'] }, /no column "ttft_m"; did you mean "ttft_ms"\?/],
    ['an unknown language', 'x.csv', { locale: 'xx' }, /--locale does not know "xx"/],
    ['aliases of a summary', 'x.csv', { table: 'models', aliases: 'vllm' }, /--table requests/],
    ['what is no run', 'x.csv', { run: ['nowhere'] }, /nowhere is not a run/],
    ['a place that cannot be written', 'no/such/x.csv', {}, /x\.csv cannot be written/],
  ];
  test.each(cases)('%s', async (_, out, flags, message) => {
    const before = await readdir(home.path);
    const exporting = exported(out, flags);
    await expect(exporting).rejects.toThrow(UserError);
    await expect(exporting).rejects.toThrow(message);
    expect(await readdir(home.path)).toEqual(before);
  });

  test('rows that are damaged; the file that was there before stays', async () => {
    const folder = await writeRun(at('broken'), [row()]);
    await writeFile(join(folder, 'requests.csv'), 'run_id,ttft_ms\nx,1\nx,abc\n');
    await writeFile(at('old.csv'), 'old');
    await expect(exported('old.csv', { run: [folder] })).rejects.toThrow(/abc/);
    expect(await readFile(at('old.csv'), 'utf8')).toBe('old');
    expect((await readdir(home.path)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});
