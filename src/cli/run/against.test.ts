import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRun } from '../../analysis/read-run.ts';
import { readManifest } from '../../journal/manifest.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { listRuns } from '../../journal/run-folder.ts';
import { repository, type Repository } from '../../suite/testing/repository.ts';
import { gatebench, type Finished } from '../testing/gatebench.ts';

const model = 'custom-ollama/sim-exact?ttftMs=40&gapMs=1&answer=Paris';
const paris = [{ type: 'contains', value: 'Paris' }];
const london = [{ type: 'contains', value: 'London' }];

/** Six prompts with other questions, two with only other checks, and two that stay. */
const suite = (version: 'before' | 'now'): string =>
  JSON.stringify({
    version: 1,
    name: 'capital',
    models: [
      { id: 'one', model },
      { id: 'two', model },
    ],
    prompts: [
      ...Array.from({ length: 6 }, (_, index) => ({
        id: `asked-${index}`,
        prompt:
          version === 'now' ? `Answer question ${index} in one single word, please.` : `Question ${index}?`,
        checks: paris,
      })),
      ...[0, 1].map((index) => ({
        id: `checked-${index}`,
        prompt: `What about ${index}?`,
        checks: version === 'now' ? paris : london,
      })),
      ...[0, 1].map((index) => ({ id: `same-${index}`, prompt: 'The same.', checks: paris })),
      { id: version === 'now' ? 'new' : 'old', prompt: 'Hello?' },
    ],
    thresholds: [{ metric: 'rate(passed)', min: 0.01 }],
    run: { repeat: 2, warmup: 1, concurrency: 4 },
  });

const env = { PATH: process.env['PATH'] ?? '' };
let home: Repository;
let folder: string;
let rows: RequestRow[];
const cli = (...args: string[]): Promise<Finished> => gatebench(args, home.folder, env);

beforeAll(async () => {
  home = repository();
  home.commit({ 'suites/capital.yaml': suite('before'), '.gitignore': 'results*\n' });
  home.git('tag', 'v1');
  home.commit({ 'suites/capital.yaml': suite('now') });
  const run = await cli('run', 'suites/capital.yaml', '--route', 'demo', '--against', 'v1', '--quiet');
  expect(run).toMatchObject({ code: 0 });
  folder = (await listRuns(join(home.folder, 'results')))[0]!;
  rows = await Array.fromAsync((await readRun(folder)).rows);
});
afterAll(() => home[Symbol.dispose]());

const keysOf = (some: RequestRow[]): string[] =>
  some.map((row) => [row.phase, row.model, row.version, row.prompt_id, row.repeat].join(' ')).sort();

test('both versions of every prompt that has changed are asked of every model, in the same block', () => {
  const measured = rows.filter(({ phase }) => phase === 'measure');
  expect(measured).toHaveLength(8 * 2 * 2 * 2);
  for (const block of Map.groupBy(measured, (row) => row.block).values()) {
    expect(new Set(block.map(({ prompt_id, repeat }) => `${prompt_id}/${repeat}`)).size).toBe(1);
    expect(block.map((row) => `${row.model} ${row.version}`).sort()).toEqual([
      'one before',
      'one now',
      'two before',
      'two now',
    ]);
  }
});

test('each version is asked in its own words, and judged by its own checks; the earlier one by those of now as well', () => {
  const tokens = (version: string): unknown[] =>
    rows
      .filter((row) => row.version === version && row.prompt_id.startsWith('asked'))
      .map((row) => row.prompt_tokens);
  expect(tokens('before').filter((n) => tokens('now').includes(n))).toEqual([]);
  const verdicts = (prompt: string, version: string): unknown[] => [
    ...new Set(
      rows
        .filter((row) => row.prompt_id.startsWith(prompt) && row.version === version)
        .map(({ passed, passed_now }) => `${passed} ${passed_now}`),
    ),
  ];
  expect(verdicts('asked', 'before')).toEqual(['true undefined']);
  expect(verdicts('checked', 'before')).toEqual(['false true']);
  expect(verdicts('checked', 'now')).toEqual(['true undefined']);
});

describe('compare --by version', () => {
  test('is what such a run is compared by, and says what the change brings in one sentence', async () => {
    const usual = await cli('compare', folder, '--json');
    expect(await cli('compare', folder, '--by', 'version', '--json')).toEqual(usual);
    const { answer, pairs, by } = JSON.parse(usual.stdout) as {
      by: string;
      answer: string[];
      pairs: { metric: string; model_a: string; model_b: string; prompts: number; difference: number }[];
    };
    expect(by).toBe('version');
    expect(answer[0]).toMatch(
      /^Simulated models: this change against v1 \([0-9a-f]{7}\): one: \+25 points pass by its own checks \(95 % interval .*\), 0 points by the current checks \(.*\), \S+× latency \(.*: .*\), \+\d+ % tokens \(.*\); two: \+25 points/,
    );
    expect(pairs.map(({ metric, model_a, model_b, prompts }) => [metric, model_a, model_b, prompts])).toEqual(
      [
        ['passed', 8],
        ['passed_now', 8],
        // The request is the same if only checks changed.
        ['e2e_latency_ms', 6],
        ['total_tokens', 6],
      ].flatMap(([metric, prompts]) =>
        ['one', 'two'].map((name) => [metric, `${name} (before)`, `${name} (now)`, prompts]),
      ),
    );
  });

  test('the report, its Markdown, its page and pairs.csv say the same', async () => {
    const { answer, change } = JSON.parse((await cli('report', folder, '--json')).stdout) as {
      answer: string;
      change: { ref: string; changes: { name: string; pass_rates: object[] }[] };
    };
    expect(change).toMatchObject({ ref: 'v1', changes: [{ name: 'one' }, { name: 'two' }] });
    expect(change.changes[0]!.pass_rates).toEqual([
      { by: 'own', before: 0.75, now: 1 },
      { by: 'now', before: 1, now: 1 },
    ]);
    for (const format of ['table', 'markdown', 'html']) {
      const { stdout } = await cli('report', folder, '--format', format);
      expect(stdout.replaceAll(/\s+/g, ' '), format).toContain(answer.slice(0, 60));
    }
    expect(await readFile(join(folder, 'pairs.csv'), 'utf8')).toContain(
      'passed_now,two (before),two (now),8,',
    );
  });

  test('other metrics are reported if requested, and both pass rates with the one', async () => {
    const { stdout } = await cli('compare', folder, '--metrics', 'ttft_ms,passed', '--json');
    const { pairs, answer } = JSON.parse(stdout) as { answer: string[]; pairs: { metric: string }[] };
    expect([...new Set(pairs.map(({ metric }) => metric))]).toEqual(['ttft_ms', 'passed', 'passed_now']);
    expect(answer[0]).toMatch(/: one: .* TTFT \(/);
  });

  test('models are still compared within a version, on request', async () => {
    const { stdout } = await cli('compare', folder, '--by', 'model', '--json');
    const { pairs } = JSON.parse(stdout) as { pairs: { model_a: string; model_b: string }[] };
    expect(new Set(pairs.map(({ model_a, model_b }) => `${model_a} ${model_b}`))).toEqual(
      new Set(['one (before) two (before)', 'one (now) two (now)']),
    );
  });
});

test("the suite's limits are for what is asked now", async () => {
  const { thresholds } = JSON.parse((await cli('report', folder, '--json')).stdout) as {
    thresholds: { model: string; version: string }[];
  };
  expect(thresholds.map(({ model: of, version }) => `${of} ${version}`)).toEqual(['one now', 'two now']);
});

test('plan says what has changed, how it is judged, and what is left out', async () => {
  const { stdout, code } = await cli(
    ...'plan suites/capital.yaml --against v1 --route demo --json'.split(' '),
  );
  expect(code).toBe(0);
  const plan = JSON.parse(stdout) as {
    against: { changed: string[]; sentences: string[] };
    totals: object;
    prompts: number;
  };
  expect(plan.against.changed).toHaveLength(8);
  expect(plan.against.sentences).toEqual([
    expect.stringMatching(
      /^Against v1 \([0-9a-f]{7}\): 6 prompts ask differently; 2 prompts differ in checks only\.$/,
    ),
    'Not asked: 2 unchanged prompts, 1 new prompt, 1 removed prompt.',
    expect.stringContaining('each version is judged by its own'),
  ]);
  expect(plan).toMatchObject({ prompts: 8, totals: { requests: 64, warmup_requests: 4 } });
});

test('a run that was cut short continues with both versions, wherever the revision points by then', async () => {
  const path = join(folder, 'requests.csv');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${lines.slice(0, -9).join('\n')}\n`);
  home.git('tag', '--force', 'v1', 'HEAD');
  expect(await cli('run', 'suites/capital.yaml', '--resume', folder, '--quiet')).toMatchObject({ code: 0 });
  home.write({ 'suites/capital.yaml': suite('before') });
  const changed = await cli('run', 'suites/capital.yaml', '--resume', folder, '--against', 'v1');
  expect(changed.code).toBe(2);
  expect(changed.stderr).toMatch(
    /capital\.yaml has changed since the run started[^]*the same as at [0-9a-f]{40}/,
  );
  home.write({ 'suites/capital.yaml': suite('now') });
  home.git('tag', '--force', 'v1', 'HEAD~1');
  expect(keysOf(await Array.fromAsync((await readRun(folder)).rows))).toEqual(keysOf(rows));
  const other = await cli('run', '--resume', folder, '--against', 'main');
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('--against: a resumed run keeps its plan');
});

test('the manifest knows the revision, and each prompt as it was', async () => {
  const { suite: recorded } = await readManifest(folder);
  expect(recorded.against).toMatchObject({
    ref: 'v1',
    commit: home.git('rev-parse', 'HEAD~1'),
    path: 'suites/capital.yaml',
  });
  expect(recorded.prompts[0]!.before!.messages[0]!.content).toBe('Question 0?');
});

test('whatever is made of what was before is read, or refused with its place', async () => {
  const path = join(folder, 'run.json');
  const whole = await readFile(path, 'utf8');
  const places = [
    ...['against', 'prompts.0.before', 'models.0.before'],
    ...['ref', 'commit', 'path', 'unchanged', 'added'].map((name) => `against.${name}`),
    ...['messages', 'params', 'checks', 'answer', 'variants'].map((name) => `prompts.0.before.${name}`),
  ];
  for (const place of places)
    for (const value of [null, -1, 'x', {}, [null]]) {
      const edited = JSON.parse(whole) as { suite: Record<string, unknown> };
      let parent = edited.suite;
      const keys = place.split('.');
      for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
      parent[keys.at(-1)!] = value;
      await writeFile(path, JSON.stringify(edited));
      const { code, stderr } = await cli('compare', folder);
      expect([0, 2], `${place} = ${JSON.stringify(value)}\n${stderr}`).toContain(code);
    }
  await writeFile(path, whole);
});

test('a run of two versions is not a night', async () => {
  const { code, stderr } = await cli('gate', folder, '--history', join(dirname(folder), 'history'));
  expect(code).toBe(2);
  expect(stderr).toContain('--by version');
});

test('judges hold each version against the other, and later checks are for both', async () => {
  const judged = (text: string): string =>
    JSON.stringify({
      version: 1,
      name: 'judged',
      models: [
        { id: 'one', model },
        { id: 'two', model },
      ],
      defaults: { criteria: ['right', 'better'] },
      prompts: [{ id: 'q', prompt: text, vars: { expected: 'Paris' }, checks: london }],
      quality: {
        judges: [{ id: 'j', model: 'custom-ollama/sim-judge?instant=true' }],
        criteria: [
          { id: 'right', ask: 'Is it right?' },
          { id: 'better', prefer: 'Which is better?' },
        ],
      },
      run: { repeat: 2, warmup: 0 },
    });
  home.commit({ 'suites/judged.yaml': judged('Capital?') });
  home.write({ 'suites/judged.yaml': judged('What is the capital of France?') });
  const results = ['--results', 'results-judged'];
  const planned = await cli('plan', 'suites/judged.yaml', '--against', 'HEAD', '--route', 'demo', '--json');
  expect(planned.stderr).toBe('');
  const { judging } = JSON.parse(planned.stdout) as { judging: { judges: { calls: number }[] } };
  await cli('run', 'suites/judged.yaml', '--against', 'HEAD', '--route', 'demo', '--quiet', ...results);
  const scored = await cli('score', 'latest', ...results);
  expect(scored).toMatchObject({ code: 0 });
  expect(scored.stderr).toContain(`Judge j: ${judging.judges[0]!.calls} calls`);
  const run = (await listRuns(join(home.folder, 'results-judged')))[0]!;
  const preferences = await readFile(join(run, 'preferences.csv'), 'utf8');
  expect(preferences).toContain('one (before),one (now)');
  const quality = await readFile(join(run, 'quality.csv'), 'utf8');
  expect(quality.match(/,right,.*,(?:before|now)$/gm)).toHaveLength(4);
  const later = JSON.parse(judged('What is the capital of France?')) as { prompts: { checks: unknown }[] };
  later.prompts[0]!.checks = paris;
  home.write({ 'suites/judged.yaml': JSON.stringify(later) });
  const recheck = ['--checks-only', '--suite', 'suites/judged.yaml', '--json'];
  const { models } = JSON.parse((await cli('score', 'latest', ...results, ...recheck)).stdout) as {
    models: object[];
  };
  expect(models).toEqual(
    ['one', 'two'].flatMap((id) =>
      ['before', 'now'].map((version) => ({
        ...{ model: id, route: 'demo', version },
        ...{ answers: 2, passed_then: 0, passed_now: 2, changed: 2 },
      })),
    ),
  );
});

describe('if there is nothing to compare, nothing is sent, and that is not a fault', () => {
  const runs = (): Promise<string[]> => listRuns(join(home.folder, 'results'));

  test.each(['run', 'plan'])('%s: an unchanged suite, and one that is new', async (command) => {
    home.write({ 'suites/new.yaml': suite('now') });
    const before = await runs();
    const unchanged = await cli(command, 'suites/capital.yaml', '--route', 'demo', '--against', 'HEAD');
    expect(unchanged).toMatchObject({ code: 0, stdout: '' });
    expect(unchanged.stderr).toMatch(
      /^suites\/capital\.yaml: no prompt differs from HEAD \([0-9a-f]{7}\) in what it asks or checks, so there is nothing to compare\. Nothing was sent\.\n$/,
    );
    const added = await cli(command, 'suites/new.yaml', '--route', 'demo', '--against', 'HEAD');
    expect(added).toMatchObject({ code: 0, stdout: '' });
    expect(added.stderr).toContain('does not exist at HEAD');
    expect(await runs()).toEqual(before);
  });

  test('a revision that does not exist is a mistake', async () => {
    const { code, stderr } = await cli('run', 'suites/capital.yaml', '--route', 'demo', '--against', 'mian');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'gatebench: --against "mian": there is no such revision in this repository; did you mean "main"?\n',
    );
    expect(await runs()).toHaveLength(1);
  });

  test('--by version of a run that asked one version says how to ask two', async () => {
    await cli(
      ...'run suites/capital.yaml --route demo --quiet --results results-plain --repeat 1'.split(' '),
    );
    const { code, stderr } = await cli('compare', 'latest', '--results', 'results-plain', '--by', 'version');
    expect(code).toBe(2);
    expect(stderr).toContain('gatebench run SUITE --against main');
  });
});
