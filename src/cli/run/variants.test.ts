import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRun } from '../../analysis/read-run.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { listRuns } from '../../journal/run-folder.ts';
import { gatebench, scratch, type Scratch } from '../testing/gatebench.ts';

const model = 'custom-ollama/sim-exact?ttftMs=40&gapMs=1&answerFrames=5';
const suite = {
  version: 1,
  name: 'arms',
  models: [
    { id: 'one', model },
    { id: 'two', model },
  ],
  variants: [{ id: 'plain' }, { id: 'slow', system: 'Take your time.' }],
  prompts: Array.from({ length: 6 }, (_, index) => ({ id: `p${index}`, prompt: `Question ${index}?` })),
  run: { repeat: 2, warmup: 0, concurrency: 4 },
};

let home: Scratch;
let folder: string;
let rows: RequestRow[];
beforeAll(async () => {
  home = await scratch();
  await writeFile(join(home.path, 'arms.yaml'), JSON.stringify(suite));
  expect(await gatebench(['run', 'arms.yaml', '--route', 'demo', '--quiet'], home.path)).toMatchObject({
    code: 0,
  });
  folder = (await listRuns(join(home.path, 'results')))[0]!;
  rows = await Array.fromAsync((await readRun(folder)).rows);
});
afterAll(() => home[Symbol.asyncDispose]());

test('every model gets every prompt in every variant, in the same block', () => {
  expect(rows).toHaveLength(2 * 2 * 6 * 2);
  for (const block of Map.groupBy(rows, (row) => row.block).values()) {
    expect(new Set(block.map(({ prompt_id, repeat }) => `${prompt_id}/${repeat}`)).size).toBe(1);
    expect(block.map(({ model: id, variant }) => `${id} ${variant}`).sort()).toEqual([
      'one plain',
      'one slow',
      'two plain',
      'two slow',
    ]);
  }
});

test('models.csv and pairs.csv distinguish them', async () => {
  const models = await readFile(join(folder, 'models.csv'), 'utf8');
  expect(models.split('\n')[0]).toMatch(/,variant(?:,|$)/);
  expect(models.match(/,(?:plain|slow)(?:,|$)/gm)).toHaveLength(4);
  const pairs = await readFile(join(folder, 'pairs.csv'), 'utf8');
  // Models within a variant, variants within a model, and nothing across.
  const e2e = pairs.split('\n').filter((line) => line.startsWith('e2e_latency_ms'));
  expect(e2e.map((line) => line.split(',').slice(1, 3).sort().join(' / ')).sort()).toEqual([
    'one (plain) / one (slow)',
    'one (plain) / two (plain)',
    'one (slow) / two (slow)',
    'two (plain) / two (slow)',
  ]);
});

test('compare --by variant compares the variants of each model, in the order of the suite', async () => {
  const { stdout } = await gatebench(['compare', folder, '--by', 'variant', '--json'], home.path);
  const { pairs, answer } = JSON.parse(stdout) as {
    pairs: { model_a: string; model_b: string }[];
    answer: string[];
  };
  expect(answer).toEqual([
    expect.stringMatching(/^Simulated models: one: /),
    expect.stringMatching(/^Simulated models: two: /),
  ]);
  expect(pairs.map(({ model_a, model_b }) => [model_a, model_b])).toEqual([
    ['one (plain)', 'one (slow)'],
    ['two (plain)', 'two (slow)'],
  ]);
  const report = await gatebench(['report', folder], home.path);
  expect(report.stdout).toMatch(/one \(plain\)/);
  const page = await gatebench(['report', folder, '--format', 'html'], home.path);
  expect(page.stdout).toContain('two (slow)');
});

test('of what was not compared nothing is said', async () => {
  const ask = ['compare', folder, '--by', 'variant', '--json', '--metrics'];
  const answerFor = async (metric: string): Promise<unknown> =>
    (JSON.parse((await gatebench([...ask, metric], home.path)).stdout) as { answer: unknown }).answer;
  expect(await answerFor('total_tokens')).toEqual([]);
  expect(await answerFor('e2e_latency_ms')).toHaveLength(2);
});

test('a resume knows what each variant was answered', async () => {
  const path = join(folder, 'requests.csv');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${lines.slice(0, -5).join('\n')}\n`);
  expect(await gatebench(['run', '--resume', folder, '--quiet'], home.path)).toMatchObject({ code: 0 });
  const again = await Array.fromAsync((await readRun(folder)).rows);
  const keys = (some: RequestRow[]) =>
    some.map((row) => [row.model, row.variant, row.prompt_id, row.repeat].join(' ')).sort();
  expect(keys(again)).toEqual(keys(rows));
});

test('--by variant without variants says how to get some', async () => {
  await writeFile(
    join(home.path, 'plain.yaml'),
    JSON.stringify({ ...suite, variants: undefined, run: { repeat: 1, warmup: 0 } }),
  );
  await gatebench(['run', 'plain.yaml', '--route', 'demo', '--quiet', '--results', 'other'], home.path);
  const { code, stderr } = await gatebench(
    ['compare', 'latest', '--results', 'other', '--by', 'variant'],
    home.path,
  );
  expect(code).toBe(2);
  expect(stderr).toContain('variants: [{ id: plain }');
});
