import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { listening } from '../../base/testing/listening.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { keyOf, readRequests } from '../../journal/read-journal.ts';
import { createMock } from '../../mock/mock-server.ts';
import { gatebench, onlyRun, scratch, start, suites, type Finished } from '../testing/gatebench.ts';

const token = 'test-token-4711';

interface SuiteText {
  models?: string[];
  prompts?: number;
  run?: string;
  more?: string;
}

/** A suite with numbered prompts. */
function suiteText({
  models = ['sim-swift', 'sim-wordy'],
  prompts = 4,
  run = '',
  more = '',
}: SuiteText = {}): string {
  return [
    'version: 1',
    'name: trial',
    `models: [${models.map((model) => `custom-ollama/${model}`).join(', ')}]`,
    'defaults: { params: { max_tokens: 200 } }',
    'prompts:',
    ...Array.from({ length: prompts }, (_, n) => `  - { id: p${n}, prompt: "Question number ${n}?" }`),
    `run: { repeat: 2, warmup: 1, concurrency: 3${run && `, ${run}`} }`,
    more,
    '',
  ].join('\n');
}

interface Trial {
  result: Finished;
  folder: string;
  rows: RequestRow[];
}

/** Names under "Written to", sorted. */
const filesSaid = (stdout: string): string[] =>
  /^Written to .*\n((?: {2}\S.*\n)+)/m
    .exec(stdout)![1]!
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(' ')[0]!)
    .sort();

async function rowsOf(folder: string): Promise<RequestRow[]> {
  return Array.fromAsync(readRequests(folder));
}

/** Runs a suite against a mock in this process. */
async function trial(
  cwd: string,
  url: string,
  text: string,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Trial> {
  await writeFile(join(cwd, 'trial.yaml'), text);
  const base = `${url}/v1/acc/gw/compat`;
  const args = ['run', 'trial.yaml', '--base-url', base, '--seed', '7', ...flags];
  const result = await gatebench(args, cwd, { CF_AIG_TOKEN: token, ...env });
  const folder = await onlyRun(cwd);
  return { result, folder, rows: await rowsOf(folder) };
}

const mockOptions = { gatewayToken: token, speed: 100, keepHeaders: true };

describe.concurrent('a run', () => {
  test('asks every prompt of every model as often as planned, and writes all its files', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const { result, folder, rows } = await trial(cwd.path, mock.url, suiteText());
    await mock.close();
    expect(result).toMatchObject({ code: 0 });
    expect((await readdir(folder)).sort()).toEqual(
      expect.arrayContaining(['answers.jsonl', 'models.csv', 'pairs.csv', 'requests.csv', 'run.json']),
    );
    const measured = rows.filter(({ phase }) => phase === 'measure');
    expect(measured).toHaveLength(4 * 2 * 2);
    expect(rows.filter(({ phase }) => phase === 'warmup')).toHaveLength(2);
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
    expect(rows.every(({ final, status, valid }) => final && status === 'ok' && valid !== undefined)).toBe(
      true,
    );
    const answers = (await readFile(join(folder, 'answers.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(answers.map((line) => (JSON.parse(line) as { event_id: string }).event_id).sort()).toEqual(
      rows.map(({ event_id }) => event_id).sort(),
    );
    expect(filesSaid(result.stdout)).toEqual((await readdir(folder)).sort());
  });

  test('what is said to be written is what is there: with a need, and without answers', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const need = 'quality: { need: { limits: [{ metric: rate(passed), min: 0.5 }], then: cheapest } }';
    const text = suiteText({ prompts: 2, run: 'answers: none', more: need }).replace(
      'defaults: { ',
      'defaults: { checks: [{ type: not-empty }], ',
    );
    const { result, folder } = await trial(cwd.path, mock.url, text);
    await mock.close();
    const there = (await readdir(folder)).sort();
    expect(there).toContain('quality.csv');
    expect(filesSaid(result.stdout)).toEqual(there);
  });

  test('never has more in flight than asked for, in all and by model', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const models = '[{ model: custom-ollama/sim-swift }, { model: custom-ollama/sim-wordy, concurrency: 1 }]';
    const text = suiteText({ prompts: 8 }).replace(/models: .*/, `models: ${models}`);
    const { rows } = await trial(cwd.path, mock.url, text, ['--concurrency', '3']);
    const stats = (await (await fetch(`${mock.url}/__mock/stats`)).json()) as {
      maxInFlight: number;
      models: Record<string, { maxInFlight: number }>;
    };
    await mock.close();
    expect(Math.max(...rows.map(({ in_flight }) => in_flight!))).toBeLessThanOrEqual(3);
    expect(stats.maxInFlight).toBeLessThanOrEqual(3);
    expect(stats.models['sim-wordy']?.maxInFlight).toBe(1);
  });

  test('the same seed asks in the same order', async () => {
    const order = async (): Promise<string[]> => {
      await using cwd = await scratch();
      const mock = await createMock(mockOptions);
      const { rows } = await trial(cwd.path, mock.url, suiteText());
      await mock.close();
      return rows
        .toSorted((a, b) => a.block - b.block || a.position - b.position)
        .map(({ block, position, model, prompt_id }) => `${block}.${position} ${model} ${prompt_id}`);
    };
    expect(await order()).toEqual(await order());
  });

  test('report says the same again from the folder alone, byte for byte', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const { folder } = await trial(cwd.path, mock.url, suiteText());
    await mock.close();
    const [first, second] = [
      await gatebench(['report', folder, '--json'], cwd.path),
      await gatebench(['report', 'latest', '--json'], cwd.path),
    ];
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    const report = JSON.parse(first.stdout) as { run: object; models: { requests: number }[] };
    expect(report.models.map(({ requests }) => requests)).toEqual([8, 8]);
  });
});

describe.concurrent('the stopping rule', () => {
  test.each([
    // Never narrow: runs to the end. Narrow early: ends well before it; exactly when depends on what is in flight.
    [0.0001, 4, 4, 4],
    [0.99, 8, 3, 5],
  ])('half width %d, at most %i: %i to %i repeats', async (ratio, most, from, to) => {
    await using cwd = await scratch();
    const mock = await createMock({ ...mockOptions, speed: 40 });
    // Two equal models, so that the interval depends only on the rule.
    const models = [1000, 2000].map((ttftMs) => `sim-exact?ttftMs=${ttftMs}&answerFrames=5`);
    const stop = `stop: { when: ci_half_width, metric: e2e_latency_ms, ratio: ${ratio}, max_repeat: ${most} }`;
    const { result, rows } = await trial(cwd.path, mock.url, suiteText({ prompts: 8, run: stop, models }));
    await mock.close();
    expect(result.code).toBe(0);
    const repeats = Math.max(...rows.map(({ repeat }) => repeat));
    expect(repeats).toBeGreaterThanOrEqual(from);
    expect(repeats).toBeLessThanOrEqual(to);
    expect(rows.filter(({ phase }) => phase === 'measure')).toHaveLength(8 * 2 * repeats);
  });
});

describe('what is wrong is said before anything is sent', () => {
  test('missing credentials: exit 2, all named, no demo instead', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText());
    const { code, stderr } = await gatebench(['run', 'trial.yaml'], cwd.path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/CF_AIG_TOKEN[^]*CF_ACCOUNT_ID[^]*CF_GATEWAY_ID/);
    expect(await readdir(cwd.path)).toEqual(['trial.yaml']);
  });

  test('results being a file', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'results'), 'in the way');
    const { code, stderr } = await gatebench(
      ['run', join(suites, 'smoke.yaml'), '--route', 'demo'],
      cwd.path,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('results');
  });

  test('a budget that the plan cannot keep, with the figures', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText());
    const args = ['run', 'trial.yaml', '--route', 'demo', '--max-requests', '5'];
    const { code, stderr } = await gatebench(args, cwd.path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/requests: the plan needs at least 18, and the budget is 5/);
  });

  test.each([
    [['run', 'trial.yaml', '--repeat', 'abc'], /--repeat takes a whole number from 1, not "abc"/],
    [['run', 'trial.yaml', '--repeat', '2', '--repeat', '3'], /given more than once/],
    [['run', 'trial.yaml', '--rout', 'demo'], /rout/],
    [['run', 'trial.yaml', '--route', 'dem'], /did you mean "demo"/],
    [['run'], /run needs a suite/],
    [['report', 'nowhere'], /is not a run/],
  ])('%s', async (args, message) => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText());
    const { code, stderr } = await gatebench(args, cwd.path);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe.concurrent('failures', () => {
  test('each attempt is a row; a model that cannot answer is switched off and the others go on', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const text = suiteText({ models: ['sim-swift', 'sim-nobody'] });
    const { result, rows } = await trial(cwd.path, mock.url, text);
    await mock.close();
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('sim-nobody is switched off');
    expect(rows.filter(({ model }) => model === 'sim-swift')).toHaveLength(9);
    expect(rows.filter(({ model }) => model === 'sim-nobody').length).toBeLessThan(9);
  });

  test('no secret is in any byte that was written or printed, though the server echoes the headers', async () => {
    await using cwd = await scratch();
    const mock = await createMock({ ...mockOptions, gatewayToken: 'another' });
    const account = 'account-secret-1';
    const { result, folder } = await trial(cwd.path, mock.url, suiteText(), [], {
      CF_ACCOUNT_ID: account,
    });
    await mock.close();
    expect(result.code).toBe(3);
    let everything = result.stdout + result.stderr;
    for (const name of await readdir(folder)) everything += await readFile(join(folder, name), 'utf8');
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(account);
  });

  test('a budget that is reached: exit 7, and what was paid for is there', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const { result, rows, folder } = await trial(cwd.path, mock.url, suiteText({ prompts: 8 }), [
      '--max-tokens-total',
      '600',
    ]);
    await mock.close();
    expect(result.code).toBe(7);
    expect(rows.length).toBeGreaterThan(3);
    const used = rows.reduce((sum, row) => sum + (row.total_tokens ?? 0), 0);
    expect(used).toBeLessThanOrEqual(600);
    expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).toMatchObject({ status: 'budget' });
  });

  test('one that has reached its budget continues with a larger one; a flag for another plan is refused', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const base = ['--base-url', `${mock.url}/v1/acc/gw/compat`, '--quiet'];
    const { folder } = await trial(cwd.path, mock.url, suiteText(), ['--max-tokens-total', '600']);
    const goOn = (...args: string[]): Promise<Finished> =>
      gatebench(['run', '--resume', folder, ...base, ...args], cwd.path, { CF_AIG_TOKEN: token });
    expect((await goOn()).code).toBe(7);
    const other = await goOn('--repeat', '3', '--route', 'direct', '--models', 'sim-swift', '--out', 'x');
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        '--repeat, --route, --out, --models: a resumed run keeps its plan',
      ) as string,
    });
    const larger = await goOn('--repeat', '2', '--route', 'compat', '--max-tokens-total', '100000');
    await mock.close();
    expect(larger.code).toBe(0);
    assertEveryRequestOnce(await rowsOf(folder), 4 * 2 * 2 + 2);
  });

  test('a budget in USD says which models it does not bound, before and after', async () => {
    await using cwd = await scratch();
    const mock = await createMock(mockOptions);
    const { result } = await trial(cwd.path, mock.url, suiteText(), ['--max-cost', '0.01']);
    await mock.close();
    const words = /he budget of 0\.01 USD cannot limit sim-swift, sim-wordy/;
    expect(result.stdout.replaceAll(/\s+/g, ' ')).toMatch(words);
    const plan = await gatebench(['plan', 'trial.yaml', '--max-cost', '0.01'], cwd.path);
    expect(plan.stdout.replaceAll(/\s+/g, ' ')).toMatch(words);
  });
});

describe.concurrent('the disk', () => {
  const run = ['run', join(suites, 'smoke.yaml'), '--route', 'demo', '--quiet', '--out', 'out'];

  test('no space: nothing more is sent, exit 8, and it says what is saved', async () => {
    await using cwd = await scratch();
    await mkdir(join(cwd.path, 'out'));
    await symlink('/dev/full', join(cwd.path, 'out', 'answers.jsonl'));
    const { code, stderr } = await gatebench(run, cwd.path);
    expect(stderr).toMatch(/ENOSPC[^]*nothing more was sent[^]*--resume/);
    expect(code).toBe(8);
    const rows = await readFile(join(cwd.path, 'out', 'requests.csv'), 'utf8');
    expect(rows.endsWith('\n')).toBe(true);
  });

  test('the folder removed while running', async () => {
    await using cwd = await scratch();
    const { child, finished } = start(run, cwd.path);
    for (let tries = 0; tries < 400; tries++) {
      const rows = await readFile(join(cwd.path, 'out', 'requests.csv'), 'utf8').catch(() => '');
      if (rows.split('\n').length > 3) break;
      await delay(25);
    }
    await rm(join(cwd.path, 'out'), { recursive: true });
    const { code, stderr } = await finished;
    expect(child.exitCode).toBe(8);
    expect(code).toBe(8);
    expect(stderr).toMatch(/requests\.csv was removed [^]*its rows are gone, and nothing more was sent/);
    expect(stderr).not.toContain('--resume');
  });

  test('the summary cannot be written: the rows are safe, and the run is brought to its end later', async () => {
    await using cwd = await scratch();
    const inTheWay = join(cwd.path, 'out', 'models.csv');
    await mkdir(join(inTheWay, 'inside'), { recursive: true });
    const { code, stderr } = await gatebench(run, cwd.path);
    expect(stderr).toMatch(/can no longer be written[^]*Every row before that is saved[^]*--resume out/);
    expect(code).toBe(8);
    const before = await readFile(join(cwd.path, 'out', 'requests.csv'), 'utf8');
    await rm(inTheWay, { recursive: true });
    expect(await gatebench(['run', '--resume', 'out', '--quiet'], cwd.path)).toMatchObject({ code: 0 });
    expect(await readFile(join(cwd.path, 'out', 'requests.csv'), 'utf8')).toBe(before);
    expect(await readdir(join(cwd.path, 'out'))).toContain('report.html');
    expect(await gatebench(['run', '--resume', 'out', '--quiet'], cwd.path)).toMatchObject({ code: 0 });
  });
});

describe.concurrent('interruption', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends with what is there, exit 130, and can be resumed',
    async (signal) => {
      await using cwd = await scratch();
      const mock = await createMock({ ...mockOptions, speed: 10 });
      await writeFile(join(cwd.path, 'trial.yaml'), suiteText({ prompts: 8 }));
      const env = { CF_AIG_TOKEN: token };
      const base = ['--base-url', `${mock.url}/v1/acc/gw/compat`];
      const { child, finished } = start(['run', 'trial.yaml', ...base], cwd.path, env);
      const folder = await runWithRows(cwd.path, 4);
      child.kill(signal);
      const stopped = await finished;
      expect(stopped.code).toBe(130);
      expect(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'))).toMatchObject({
        status: 'interrupted',
      });
      const before = await rowsOf(folder);
      expect(before.length).toBeLessThan(8 * 2 * 2 + 2);
      const resumed = await gatebench(['run', '--resume', folder, ...base], cwd.path, env);
      await mock.close();
      expect(resumed.stderr).not.toContain('fault');
      expect(resumed.code).toBe(0);
      assertEveryRequestOnce(await rowsOf(folder), 8 * 2 * 2 + 2);
    },
  );

  test('a second process on one run folder is refused; a changed suite too, with both hashes', async () => {
    await using cwd = await scratch();
    const mock = await createMock({ ...mockOptions, speed: 2 });
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText({ prompts: 12 }));
    const env = { CF_AIG_TOKEN: token };
    const base = ['--base-url', `${mock.url}/v1/acc/gw/compat`];
    const first = start(['run', 'trial.yaml', ...base], cwd.path, env);
    const folder = await runWithRows(cwd.path, 2);
    const second = await gatebench(['run', '--resume', folder, ...base], cwd.path, env);
    first.child.kill('SIGINT');
    await first.finished;
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('is being written by another gatebench');
    await writeFile(join(cwd.path, 'trial.yaml'), suiteText({ prompts: 13 }));
    const changed = await gatebench(['run', 'trial.yaml', `--resume=${folder}`, ...base], cwd.path, env);
    await mock.close();
    expect(changed.code).toBe(2);
    expect(changed.stderr.match(/[0-9a-f]{64}/g)).toHaveLength(2);
  });
});

/** Waits until a run below `results` has this many rows. Returns its folder. */
async function runWithRows(cwd: string, rows: number): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const folder = await onlyRun(cwd).catch(() => undefined);
    const path = folder && join(folder, 'requests.csv');
    if (path && (await stat(path).catch(() => undefined))) {
      const lines = (await readFile(path, 'utf8')).split('\n').length - 2;
      if (lines >= rows) return folder;
    }
    await delay(25);
  }
  throw new Error('the run did not get that far');
}

function assertEveryRequestOnce(rows: RequestRow[], total: number): void {
  const final = rows.filter((row) => row.final);
  expect(final).toHaveLength(total);
  expect(new Set(final.map(keyOf)).size).toBe(total);
  expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(rows.length);
}

test('a run in which all fails leads with why, and gives no advice on clock or sample', async () => {
  await using cwd = await scratch();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      // A server that says it is busy would be waited for.
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end('{"error":"the runner has stopped"}');
    });
  });
  await using here = await listening(server);
  const suite = {
    version: 1,
    name: 'down',
    models: ['custom-ollama/one', 'custom-ollama/two'],
    prompts: [{ id: 'a', prompt: 'x' }],
    run: { repeat: 2, warmup: 0, retry: { max: 0 } },
  };
  await writeFile(join(cwd.path, 'down.yaml'), JSON.stringify(suite));
  const { code, stdout } = await gatebench(
    ['run', 'down.yaml', '--route', 'direct', '--base-url', `${here.url}/v1`, '--quiet'],
    cwd.path,
    { OLLAMA_API_KEY: 'key' },
  );
  expect(code).toBe(3);
  expect(stdout.indexOf('✗ one: 2 of 2 requests failed')).toBeLessThan(stdout.indexOf('#  model'));
  expect(stdout.replace(/\s+/g, ' ')).toContain('"the runner has stopped"');
  expect(stdout).not.toMatch(/too few|not proven|Add prompts|calibrate/);
  expect(stdout.match(/^! /gm)!.length).toBeLessThanOrEqual(3);
  expect(stdout).toMatch(/^! Find out what is wrong: gatebench doctor$/m);
});
