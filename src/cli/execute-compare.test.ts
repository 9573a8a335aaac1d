import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoCredentials } from '../target/routes/demo.ts';
import { listRuns } from '../journal/run-folder.ts';
import { spawnMock, type SpawnedMock } from '../mock/spawn.ts';
import { gatebench, scratch, type Scratch } from './testing/gatebench.ts';

interface Pair {
  metric: string;
  model_a: string;
  model_b: string;
  verdict: string;
  difference: number | null;
  difference_ci_low: number | null;
  difference_ci_high: number | null;
}

let cwd: Scratch;
let mock: SpawnedMock;
/**
 * Delay that the mock adds before every answer on the provider's own endpoint: large compared with a busy machine's.
 */
const addedMs = 200;

beforeAll(async () => {
  cwd = await scratch();
  mock = await spawnMock({
    gatewayToken: demoCredentials.token,
    routeDelayMs: { provider: addedMs },
  });
  const gateway = `${mock.url}/v1/${demoCredentials.account}/${demoCredentials.gateway}`;
  const suite = {
    version: 1,
    name: 'ways',
    models: [{ id: 'exact', model: 'custom-ollama/sim-exact?ttftMs=60&gapMs=2&answerFrames=10' }],
    prompts: Array.from({ length: 12 }, (_, index) => ({ id: `p${index}`, prompt: `Question ${index}?` })),
    run: { repeat: 2, warmup: 1, concurrency: 6 },
  };
  await mkdir(join(cwd.path, 'suites'));
  await writeFile(join(cwd.path, 'suites/ways.yaml'), JSON.stringify(suite));
  const run = await gatebench(
    [
      'run',
      'suites/ways.yaml',
      '--route',
      'compat,provider',
      '--base-url',
      `compat=${gateway}/compat`,
      '--base-url',
      `provider=${gateway}/custom-ollama/v1`,
      '--quiet',
    ],
    cwd.path,
    { CF_AIG_TOKEN: demoCredentials.token },
  );
  expect(run).toMatchObject({ code: 0 });
}, 120_000);

afterAll(async () => {
  await mock.stop();
  await cwd[Symbol.asyncDispose]();
});

test('--by route finds what a route adds, in milliseconds', async () => {
  const { code, stdout } = await gatebench(['compare', 'latest', '--by', 'route', '--json'], cwd.path);
  expect(code).toBe(0);
  const { by, pairs, answer } = JSON.parse(stdout) as { by: string; pairs: Pair[]; answer: string[] };
  expect(by).toBe('route');
  expect(pairs.map(({ metric }) => metric)).toEqual([
    'ttft_ms',
    'e2e_latency_ms',
    'total_tokens',
    'error_rate',
  ]);
  const [ttft, , tokens] = pairs as [Pair, Pair, Pair];
  expect(ttft).toMatchObject({ model_a: 'exact@compat', model_b: 'exact@provider' });
  // The interval contains the truth, apart from what a busy machine adds to timers.
  expect(ttft.difference_ci_low).toBeLessThan(addedMs + 5);
  expect(ttft.difference_ci_high).toBeGreaterThan(addedMs - 5);
  expect(ttft.difference_ci_low).toBeGreaterThan(addedMs / 4);
  expect(tokens).toMatchObject({ difference: 0, verdict: 'equal' });
  expect(answer[0]).toMatch(/^exact: TTFT on provider is \+[\d.]+ ms against compat \(95 % interval/);
});

test('as a table and as Markdown it says what costs how much', async () => {
  for (const format of ['table', 'markdown']) {
    const { stdout } = await gatebench(['compare', 'latest', '--by', 'route', '--format', format], cwd.path);
    expect(stdout).toContain('provider − compat');
    expect(stdout).toMatch(/TTFT, ms .*\+/);
    expect(stdout).toMatch(/failures, pp/);
  }
});

test('what cannot be compared by route is refused with what to do', async () => {
  const two = await gatebench(['compare', 'latest', 'latest', '--by', 'route'], cwd.path);
  expect(two).toMatchObject({ code: 2, stdout: '' });
  expect(two.stderr).toContain('--by route compares the routes of one run');
  const demo = await gatebench(
    ['run', 'suites/ways.yaml', '--route', 'demo', '--repeat', '1', '--prompts', 'p0', '--quiet'],
    cwd.path,
  );
  expect(demo.code).toBe(0);
  const one = await gatebench(['compare', 'latest', '--by', 'route'], cwd.path);
  expect(one).toMatchObject({ code: 2, stdout: '' });
  expect(one.stderr).toContain('this run used only one (demo)');
});

test('a run is not compared with itself', async () => {
  const same = await gatebench(['compare', 'latest', 'latest'], cwd.path);
  expect(same).toMatchObject({ code: 2, stdout: '' });
  expect(same.stderr).toContain('both are the same run');
});

test('two runs in the wrong order are reported', async () => {
  const [earlier, later] = (await listRuns(join(cwd.path, 'results'))) as [string, string];
  const words = 'was sent before the first';
  expect((await gatebench(['compare', later, earlier], cwd.path)).stdout).toContain(words);
  expect((await gatebench(['compare', earlier, later], cwd.path)).stdout).not.toContain(words);
});

test('where nothing can be compared it says why, and nothing is settled', async () => {
  const one = await gatebench(['compare', 'latest', '--strict'], cwd.path);
  expect(one).toMatchObject({ code: 6 });
  expect(one.stdout).toContain('Nothing can be compared: it takes two models, or one model on two routes.');
});

test.each([
  [[], ['e2e_latency_ms']],
  [
    ['--metrics', 'all'],
    ['e2e_latency_ms', 'ttft_ms', 'ttfat_ms', 'tpot_ms', 'error_rate', 'total_tokens'],
  ],
  [
    ['--metrics', 'ttft_ms,output_tps'],
    ['ttft_ms', 'output_tps'],
  ],
])('compares what %j asks for, and corrects for these alone', async (asked, metrics) => {
  const [ways = ''] = await listRuns(join(cwd.path, 'results'));
  const { stdout } = await gatebench(['compare', ways, ...asked, '--json'], cwd.path);
  const { pairs } = JSON.parse(stdout) as { pairs: (Pair & { p: number; p_holm: number })[] };
  // Rates have a floor, and this model writes too little for some of them. Nothing is checked.
  for (const { metric } of pairs) expect(metrics).toContain(metric);
  expect(pairs.map(({ metric }) => metric)).toContain(metrics[0]);
  const least = pairs.toSorted((a, b) => a.p - b.p)[0]!;
  expect(least.p_holm).toBeCloseTo(Math.min(1, least.p * pairs.length), 4);
});

test('a metric that is none is refused with what there is', async () => {
  const { code, stderr } = await gatebench(['compare', 'latest', '--metrics', 'e2e'], cwd.path);
  expect(code).toBe(2);
  expect(stderr).toMatch(/unknown metric "e2e"/);
});
