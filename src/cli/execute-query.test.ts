import { readFileSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../analysis/collect.ts';
import { summarize } from '../analysis/summarize.ts';
import { exitCode } from '../base/user-error.ts';
import { readCsv } from '../journal/read-csv.ts';
import { requestColumns, type RequestRow } from '../journal/request-columns.ts';
import { row, rowsOf } from '../report/sheet/testing/runs.ts';
import { gatebench, scratch, type Finished, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

let home: Scratch;
let folder: string;
const query = (...args: string[]): Promise<Finished> => gatebench(['query', ...args], home.path);

/** The JSON answer. */
async function rowsFor(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await query(...args, '--json');
  expect(code, stderr).toBe(exitCode.done);
  return (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows;
}

const today = new Date(new Date().setUTCHours(3, 17, 0, 0)).toISOString();

beforeAll(async () => {
  home = await scratch();
  const glm = Array.from({ length: 50 }, (_, index) =>
    row({
      ...{ model: 'glm', prompt_id: `p${index + 1}`, event_id: `glm-${index}`, started_at: today },
      ...(index === 7
        ? { status: 'timeout', valid: undefined, ttft_ms: undefined }
        : { ttft_ms: 100 + index }),
      ...{
        passed: index % 2 === 0,
        cost_usd: 0.001 * index,
        tags: index < 45 ? ['nightly', 'json'] : ['nightly'],
      },
    }),
  );
  const kimi = rowsOf({ kimi: 400 }, { passed: true, started_at: today });
  folder = await writeRun(home.path, [...glm, ...kimi]);
  await writeRun(
    home.path,
    rowsOf({ glm: 900 }, { run_id: '20251122T031700Z-older', started_at: '2025-11-22T03:17:01.000Z' }),
    {
      run_id: '20251122T031700Z-older',
      started_at: '2025-11-22T03:17:00.000Z',
    },
  );
});
afterAll(() => home[Symbol.asyncDispose]());

describe('formats', () => {
  const sql = `select 'a|b' as name, 1.23456789 as x, ['p', 'q'] as tags, null as none, '=1+1' as formula`;

  test('table', async () => {
    const { stdout } = await query(sql);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^name +x +tags +none +formula$/),
      expect.stringMatching(/^─+$/),
      expect.stringMatching(/^a\|b +1\.23457 +p;q +=1\+1$/),
      '',
    ]);
  });

  test('csv, as our files are', async () => {
    const { stdout } = await query(sql, '--format', 'csv');
    expect(stdout).toBe("name,x,tags,none,formula\na|b,1.23456789,p;q,,'=1+1\n");
  });

  test('json', async () => {
    expect(await rowsFor(sql)).toEqual([
      { name: 'a|b', x: 1.23456789, tags: ['p', 'q'], none: null, formula: '=1+1' },
    ]);
  });

  test('markdown', async () => {
    const { stdout } = await query(sql, '--format', 'markdown');
    expect(stdout).toMatch(/^\| name +\| +x \| tags \| none \| formula \|\n\| :-/);
    expect(stdout).toContain('a&#124;b');
  });
});

test('without a run all are asked; with runs these alone', async () => {
  const sql = 'select count(distinct run_id) as runs, count(*) as rows from requests';
  expect(await rowsFor(sql)).toEqual([{ runs: 2, rows: 74 }]);
  expect(await rowsFor(sql, 'latest')).toEqual([{ runs: 1, rows: 62 }]);
  expect(await rowsFor('select suite, status, models from runs order by started_at limit 1')).toEqual([
    { suite: 'smoke', status: 'complete', models: ['kimi'] },
  ]);
});

test('--file holds the statement, and --out takes the answer', async () => {
  await writeFile(join(home.path, 'q.sql'), '-- how many?\nselect count(*) as n\nfrom requests;\n');
  const { code, stdout, stderr } = await query('--file', 'q.sql', folder, '--format', 'csv', '-o', 'n.csv');
  expect([code, stdout]).toEqual([exitCode.done, '']);
  expect(stderr).toContain('Written:');
  expect(await readFile(join(home.path, 'n.csv'), 'utf8')).toBe('n\n62\n');
});

test('rows still being written, and a torn last line, are skipped and reported', async () => {
  const running = await writeRun(join(home.path, 'other'), [row()], { status: 'running' });
  await appendFile(join(running, 'requests.csv'), '20261122T031700Z-abcdef,smoke,"torn');
  const { code, stdout, stderr } = await query(
    'select count(*) as n from requests',
    running,
    '--format',
    'csv',
  );
  expect([code, stdout]).toEqual([exitCode.done, 'n\n1\n']);
  expect(stderr).toContain('has not ended');
  const ended = await writeRun(join(home.path, 'ended'), [row()]);
  await appendFile(join(ended, 'requests.csv'), 'torn');
  expect((await query('from requests', ended)).stderr).toContain('the last line is cut off');
});

test('a column that an older run does not have is empty there', async () => {
  const older = await writeRun(join(home.path, 'older'), [row()]);
  const text = await readFile(join(older, 'requests.csv'), 'utf8');
  const [head, line] = text.split('\n').map((record) => record.split(','));
  const kept = head!.flatMap((name, place) =>
    /^(ask_hash|load|row_check|level)$/.test(name) ? [] : [place],
  );
  const without = [head!, line!].map((cells) => kept.map((place) => cells[place]).join(','));
  await writeFile(join(older, 'requests.csv'), `${without.join('\n')}\n`);
  expect(await rowsFor('select model, ask_hash, level from requests', older)).toEqual([
    { model: 'kimi', ask_hash: null, level: null },
  ]);
});

test('a folder that is not a run is skipped among all, and refused by name', async () => {
  const broken = join(home.path, 'results', 'smoke', '20260101T000000Z-broken');
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, 'run.json'), '{');
  const all = await query('select count(*) as n from runs', '--format', 'csv');
  expect([all.code, all.stdout]).toEqual([exitCode.done, 'n\n2\n']);
  expect(all.stderr).toContain('This run is left out');
  expect(await query('from runs', broken)).toMatchObject({ code: exitCode.usage, stdout: '' });
  await writeFile(join(broken, 'run.json'), '');
});

test.each([
  [[], /needs a SELECT, or --file/],
  [['select 1', '--history', 'nowhere'], /no folder nowhere/],
  [['--file', 'nowhere.sql'], /nowhere\.sql cannot be read/],
  [['drop table requests'], /one SELECT/],
] as const)('%j is refused', async (args, message) => {
  expect(await query(...args)).toMatchObject({
    code: exitCode.usage,
    stdout: '',
    stderr: expect.stringMatching(message) as string,
  });
});

describe('the recipes of results/README.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../results/README.md'), 'utf8');
  const recipes = new Map(
    Array.from(text.matchAll(/\*\*([^*]+)\*\*\n\n```sql\n([^]*?)```/g), ([, name, sql]) => [name!, sql!]),
  );
  const answer = async (name: string): Promise<Record<string, unknown>[]> => {
    await writeFile(join(home.path, 'recipe.sql'), recipes.get(name)!);
    return rowsFor('--file', 'recipe.sql');
  };

  test('are these', () => {
    expect([...recipes.keys()]).toEqual([
      'p95 TTFT of glm over the last month, by tag',
      'p95 by hour of day',
      'Prompts on which two models disagree',
      'The most expensive prompts',
      'Drift, week by week',
    ]);
  });

  test('p95 by tag is the figure that the report has', async () => {
    const rows = await Array.fromAsync(readCsv<RequestRow>(join(folder, 'requests.csv'), requestColumns));
    const json = rows.filter(({ model, tags }) => model === 'glm' && tags!.includes('json'));
    const [summary] = summarize(await collect(json), { timeoutMs: 300_000 });
    const [first, second] = await answer('p95 TTFT of glm over the last month, by tag');
    expect(first).toMatchObject({ tag: 'json', requests: 45 });
    expect(first!['p95_ttft_ms']).toBeCloseTo(summary!.ttft_ms_p95!, 2);
    expect(second).toMatchObject({ tag: 'nightly', requests: 50 });
  });

  test('p95 by hour', async () => {
    const rows = await answer('p95 by hour of day');
    expect(rows.map(({ hour_utc, model, requests }) => [hour_utc, model, requests])).toEqual([
      [3, 'glm', 62],
      [3, 'kimi', 12],
    ]);
  });

  test('where two models disagree', async () => {
    const rows = await answer('Prompts on which two models disagree');
    expect(rows.map(({ prompt_id }) => prompt_id).sort()).toEqual(['p10', 'p12', 'p2', 'p4', 'p6', 'p8']);
    expect(rows[0]).toMatchObject({ glm: 0, kimi: 1 });
  });

  test('the most expensive prompts', async () => {
    expect((await answer('The most expensive prompts'))[0]).toMatchObject({
      prompt_id: 'p50',
      model: 'glm',
      usd: 0.049,
    });
  });

  test('drift', async () => {
    const rows = await answer('Drift, week by week');
    expect(rows.map(({ model, answers }) => [model, answers])).toEqual([
      ['glm', 12],
      ['glm', 49],
      ['kimi', 12],
    ]);
  });
});
