import { beforeAll, afterAll, expect, test } from 'vitest';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestRow } from '../journal/request-columns.ts';
import { prompt } from '../plan/testing/planned.ts';
import { manifest, row } from '../report/sheet/testing/runs.ts';
import { cellsOf, partsOf } from '../report/sheet/testing/workbook.ts';
import { gatebench, scratch, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

const n = 40;
const isJson = (index: number): boolean => index % 2 === 0;
const prompts = Array.from({ length: n }, (_, index) => ({
  ...prompt(`p${index}`),
  tags: [isJson(index) ? 'json' : 'writing'],
}));

/** b is faster on json, a on writing. */
const rows = (['a', 'b'] as const).flatMap((model) =>
  prompts.map(({ id }, index): RequestRow => {
    const factor = model === 'a' ? 1 : isJson(index) ? 0.5 : 2;
    const e2e_latency_ms = 1000 * 1.02 ** index * factor;
    return row({ model, prompt_id: id, event_id: `${model}-${index}`, e2e_latency_ms, passed: undefined });
  }),
);

let home: Scratch;
let folder: string;
beforeAll(async () => {
  home = await scratch();
  const { suite } = manifest();
  folder = await writeRun(home.path, rows, { suite: { ...suite, prompts } });
});
afterAll(() => home[Symbol.asyncDispose]());

const run = (...args: string[]) => gatebench(args, home.path);

test('a model for json and another for writing: in the terminal, the page and the workbook', async () => {
  const { stdout } = await run('report', folder, '--by', 'tag');
  expect(stdout).toMatch(
    /^json \(20 prompts\)\n[^]*?b is the fastest[^]*^writing \(20 prompts\)\n[^]*?a is the fastest/m,
  );

  await run('report', folder, '--format', 'html', '-o', 'page.html');
  const page = await readFile(join(home.path, 'page.html'), 'utf8');
  expect(/<section id="tags"[^]*?<\/section>/.exec(page)![0]).toMatch(
    /json[^]*b is the fastest[^]*writing[^]*a is the fastest/,
  );

  await run('export', folder, '-o', 'run.xlsx');
  const cells = cellsOf(partsOf(await readFile(join(home.path, 'run.xlsx'))), 'By tag');
  expect([...cells.values()]).toEqual(expect.arrayContaining(['tag', 'json', 'writing']));
});

test('compare --tags compares on some of the prompts', async () => {
  const { stdout } = await run('compare', folder, '--tags', 'writing', '--json');
  const { pairs } = JSON.parse(stdout) as { pairs: { metric: string; prompts: number; verdict: string }[] };
  expect(pairs).toEqual([
    expect.objectContaining({ metric: 'e2e_latency_ms', prompts: 20, verdict: 'slower' }),
  ]);
});

test.each([
  [['compare', '--tags', 'jsno'], /no prompt has the tag "jsno"; did you mean "json"/],
  [['report', '--by', 'tag', '--format', 'junit'], /--by tag has the formats table, markdown, json/],
])('%j is refused with what to do', async ([command, ...flags], words) => {
  const { code, stderr } = await run(command!, folder, ...flags);
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
});
