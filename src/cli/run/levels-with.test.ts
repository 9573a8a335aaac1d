import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type LevelRow, levelColumns } from '../../analysis/level-columns.ts';
import { pairColumns, type PairRow } from '../../analysis/summary-columns.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { readQuality } from '../../journal/quality-journals.ts';
import { png } from '../../suite/testing/image-files.ts';
import { repository } from '../../suite/testing/repository.ts';
import { gatebench, onlyRun, scratch, type Finished } from '../testing/gatebench.ts';

const suite = {
  version: 1,
  name: 'load',
  models: [{ id: 'quick', model: 'custom-ollama/sim-exact?ttftMs=20&gapMs=1&answer=Paris' }],
  defaults: { params: { max_tokens: 8 }, checks: [{ type: 'contains', value: 'Paris' }] },
  prompts: [{ id: 'a', prompt: 'What is the capital of France?' }],
  load: { mode: 'closed', levels: [2], visits: 1, washout: '0s' },
};

const flat = (text: string): string => text.replace(/\s+/g, ' ');
const env = { PATH: process.env['PATH'] ?? '' };
const levelsIn = (folder: string): Promise<LevelRow[]> =>
  Array.fromAsync(readCsv<LevelRow>(join(folder, 'levels.csv'), levelColumns));

async function written(what: object): Promise<string> {
  const cwd = await scratch();
  onTestFinished(() => cwd[Symbol.asyncDispose]());
  await writeFile(join(cwd.path, 's.yaml'), JSON.stringify({ ...suite, ...what }));
  return cwd.path;
}

const run = (cwd: string, ...flags: string[]): Promise<Finished> =>
  gatebench(['run', 's.yaml', '--route', 'demo', '--quiet', ...flags], cwd, env);

test.each<[string, object, string[], RegExp]>([
  ['shards', {}, ['--shard', '1/2', '--seed', '7'], /one visit is made at a time, .*Leave out --shard/],
  [
    'repeats as needed',
    {
      run: {
        repeat: 3,
        stop: { when: 'ci_half_width', metric: 'e2e_latency_ms', ratio: 0.1, max_repeat: 9 },
      },
    },
    [],
    /run\.stop: adds repeats, and in a load with levels load\.visits says/,
  ],
  [
    'a budget below one visit, in money',
    {
      models: [{ ...suite.models[0], price: { input: 1, output: 1000 } }],
      run: { budget: { usd: 0.01 } },
    },
    [],
    /budget.*usd|usd.*budget/,
  ],
  [
    'a budget below one visit, in minutes',
    { load: { mode: 'open', rate: '1/s', window: '100s' } },
    ['--max-minutes', '1'],
    /minutes: one visit needs 2, and the budget is 1/,
  ],
])(
  '%s do not go with levels, and that is said before anything is sent',
  async (_name, what, flags, words) => {
    const cwd = await written(what);
    const { code, stderr } = await run(cwd, ...flags);
    expect([code, flat(stderr)]).toEqual([2, expect.stringMatching(words)]);
    expect(await readdir(cwd)).not.toContain('results');
  },
);

test('two versions of a suite are visited at the same level, and compared visit by visit', async () => {
  using home = repository();
  const load = { mode: 'closed', levels: [2, 4], visits: 1, washout: '0s' };
  const version = (prompt: string): string =>
    JSON.stringify({
      ...suite,
      load,
      prompts: [{ id: 'a', prompt }],
      thresholds: [{ metric: 'attainment', level: 2, min: 0.5 }],
    });
  home.commit({ 's.yaml': version('Where?'), '.gitignore': 'results\n.state\n' });
  home.commit({ 's.yaml': version('Where is it, in one word?') });
  const result = await gatebench(
    ['run', 's.yaml', '--route', 'demo', '--against', 'HEAD~1'],
    home.folder,
    env,
  );
  expect(result, result.stderr).toMatchObject({ code: 0 });
  const folder = await onlyRun(home.folder);
  const levels = await levelsIn(folder);
  expect(levels.map(({ version, level, visits }) => [version, level, visits])).toEqual([
    ['before', 2, 1],
    ['before', 4, 1],
    ['now', 2, 1],
    ['now', 4, 1],
  ]);
  const pairs = await Array.fromAsync(readCsv<PairRow>(join(folder, 'pairs.csv'), pairColumns));
  expect(pairs.map(({ model_a, model_b, level, visits }) => [model_a, model_b, level, visits])).toEqual([
    ['quick (before)', 'quick (now)', 2, 1],
    ['quick (before)', 'quick (now)', 4, 1],
  ]);
  expect(flat(result.stdout)).toMatch(
    /^Simulated models: quick \(before\) answers .*; quick \(now\) answers /,
  );
  // Limits apply to the current version.
  expect(result.stdout.match(/attainment of quick/g)).toHaveLength(1);
  const { stdout: plan } = await gatebench(
    ['plan', 's.yaml', '--route', 'demo', '--against', 'HEAD~1'],
    home.folder,
    env,
  );
  expect(flat(plan)).toMatch(/1 visit settles no difference; 6 are the least/);
});

test('images go with every request of a visit', async () => {
  const cwd = await written({
    prompts: [
      {
        id: 'a',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              { type: 'image', file: 'images/a.png' },
            ],
          },
        ],
      },
    ],
  });
  await mkdir(join(cwd, 'images'));
  await writeFile(join(cwd, 'images/a.png'), png(32, 32));
  expect(await run(cwd)).toMatchObject({ code: 0 });
  const rows = await Array.fromAsync(readRequests(await onlyRun(cwd)));
  expect(rows).toHaveLength(10);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['ok']));
});

test('judges judge the answers of a load, and checks check them', async () => {
  const cwd = await written({
    defaults: { ...suite.defaults, criteria: ['right'] },
    quality: {
      judges: [{ id: 'j', model: 'custom-ollama/sim-judge', params: { max_tokens: 200 } }],
      criteria: [{ id: 'right', ask: 'Is it right?' }],
    },
  });
  const result = await run(cwd, '--score');
  expect(result, result.stderr).toMatchObject({ code: 0 });
  const folder = await onlyRun(cwd);
  const rows = await Array.fromAsync(readRequests(folder));
  expect(rows.filter(({ phase }) => phase === 'measure').every(({ passed }) => passed)).toBe(true);
  expect((await readQuality(folder)).judgements.length).toBeGreaterThan(0);
});

test('a budget that is used up ends the run between two visits', async () => {
  const cwd = await written({ load: { ...suite.load, visits: 3 } });
  const { code, stdout } = await run(cwd, '--max-requests', '25');
  expect(code).toBe(7);
  const missing = 'visits are missing. Finish it with --resume and a larger budget.';
  expect(flat(stdout)).toContain(missing);
  const folder = await onlyRun(cwd);
  expect(await Array.fromAsync(readRequests(folder))).toHaveLength(20);
  expect(await levelsIn(folder)).toMatchObject([{ visits: 2, void: 0 }]);
  const more = await gatebench(['run', '--resume', '--quiet', '--max-requests', '40'], cwd, env);
  expect(more, more.stderr).toMatchObject({ code: 0 });
  expect(flat(more.stdout)).not.toContain(missing);
  expect(await levelsIn(folder)).toMatchObject([{ visits: 3 }]);
});

test('the lengths of a trace are sent, and plan counts them', async () => {
  const trace = { file: 't.csv', format: 'azure', lengths: true };
  const open = { mode: 'open', rate: '20/s', window: '600ms', min_arrivals: 10, visits: 1 };
  const cwd = await written({
    models: [{ id: 'quick', model: 'custom-ollama/sim-exact?ttftMs=5&gapMs=0&answerFrames=300' }],
    load: { ...open, warmup: '0s', washout: '0s', arrivals: { trace } },
  });
  await writeFile(
    join(cwd, 't.csv'),
    'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00,300,20\n2024-05-10 00:00:09,900,60\n',
  );
  const { stdout } = await gatebench(['plan', 's.yaml', '--route', 'demo'], cwd, env);
  expect(flat(stdout)).toMatch(/as in t\.csv \(times and lengths: about 600 tokens asked and 40 answered\)/);
  const result = await run(cwd);
  // 3 if this machine was too late for every visit.
  expect([0, 3], result.stderr).toContain(result.code);
  const rows = await Array.fromAsync(readRequests(await onlyRun(cwd)));
  // If the machine was too late for a visit, it was repeated.
  expect([rows.length > 0, rows.length % 12]).toEqual([true, 0]);
  for (const { arrival, prompt_tokens: asked, finish_reason: end, invalid_reason: why } of rows) {
    const recorded = arrival! % 2 === 1 ? 300 : 900;
    expect(asked! / recorded).toBeGreaterThan(0.6);
    expect(asked! / recorded).toBeLessThan(1.4);
    expect([end, why?.includes('prompt_truncated') ?? false]).toEqual(['length', false]);
  }
});
