import { expect, test } from 'vitest';
import { gatebench, scratch, start } from '../testing/gatebench.ts';

test('the simulated gateway is well, without any key', async () => {
  await using cwd = await scratch();
  const { code, stdout, stderr } = await gatebench(['doctor', '--route', 'demo'], cwd.path);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^doctor · all is well\n7 of at most 9 requests sent, \d+ of at most 1,920 tokens used/,
  );
  expect(stdout).toContain('SIMULATED');
  for (const model of ['sim-swift', 'sim-thinker', 'sim-wordy'])
    expect(stdout).toMatch(new RegExp(`✓ ${model} +\\d+ pieces from .* ms on, \\d+ \\+ \\d+ tokens; whole `));
  expect(stdout).not.toMatch(/[✗!] /);
  expect(stderr).toContain('asking sim-swift, streamed');
});

test('says what is missing and where to find it, and ends with 2', async () => {
  await using cwd = await scratch();
  const { code, stdout } = await gatebench(['doctor', '--quiet'], cwd.path, {
    CF_AIG_TOKEN: 'a-token-of-mine',
    CF_ACCOUNT_ID: 'an-account-of-mine',
  });
  expect(code).toBe(2);
  expect(stdout).toContain('✗ compat    not tried: needs CF_GATEWAY_ID\n');
  expect(stdout).toContain('– direct    not tried: needs OLLAMA_API_KEY\n');
  expect(stdout).toMatch(/→ Set them in the environment[^]*init\s+--gateway/);
  expect(stdout).not.toContain('of-mine');
});

test('--json has everything for a script, numbers as numbers, and nothing else on stdout or stderr', async () => {
  await using cwd = await scratch();
  const args = ['doctor', '--route', 'demo', '--models', 'custom-ollama/sim-thinker', '--json'];
  const { code, stdout, stderr } = await gatebench(args, cwd.path);
  expect([code, stderr]).toEqual([0, '']);
  const json = JSON.parse(stdout) as {
    healthy: boolean;
    limits: object;
    spent: object;
    routes: { route: string; state: string; probes: Record<string, unknown>[] }[];
    findings: object[];
    answers: object[];
    recommendation: string;
  };
  expect(Object.keys(json)).toEqual([
    'healthy',
    'stopped',
    'suite',
    'limits',
    'spent',
    'routes',
    'findings',
    'answers',
    'recommendation',
  ]);
  expect(json.healthy).toBe(true);
  expect(json.limits).toEqual({ requests: 5, tokens: 640 });
  expect(json.routes).toMatchObject([{ route: 'demo', state: 'works', wanted: true }]);
  expect(json.routes[0]!.probes).toHaveLength(2);
  expect(json.routes[0]!.probes[0]).toMatchObject({
    model: 'sim-thinker',
    streamed: true,
    status: 'ok',
    http_status: 200,
    error_code: null,
    ttft_ms: expect.any(Number) as number,
    completion_tokens: expect.any(Number) as number,
    cache_status: 'MISS',
  });
  expect(json.routes[0]!.probes[1]).toMatchObject({ streamed: false, ttft_ms: null });
});

test('the help states the limits', async () => {
  await using cwd = await scratch();
  const { stdout } = await gatebench(['doctor', '--help'], cwd.path);
  const text = stdout.replace(/\s+/g, ' ');
  expect(text).toContain('at most 2 requests on each route, with max_tokens 256');
  expect(text).toContain('at most 24 of these');
});

test.each([
  [['--models', 'nobody'], /unknown model "nobody"/],
  [['--models', 'openai/gpt'], /"openai\/gpt" is not a model name for this route/],
  [['--route', 'compt'], /no route "compt"; did you mean "compat"\?/],
  [['nowhere.yaml'], /nowhere\.yaml/],
])('is refused in a sentence: %j', async (args, message) => {
  await using cwd = await scratch();
  const finished = await gatebench(['doctor', ...args], cwd.path);
  expect(finished).toMatchObject({ code: 2, stdout: '' });
  expect(finished.stderr).toMatch(message);
});

test('Ctrl-C ends it at once with 130, and what was seen until then is shown', async () => {
  await using cwd = await scratch();
  const { child, finished } = start(['doctor', '--route', 'demo'], cwd.path);
  // The second question is in flight when this line comes.
  await new Promise<void>((resolve) =>
    child.stderr!.on('data', (text: string) => {
      if (text.includes('sim-swift, whole')) resolve();
    }),
  );
  child.kill('SIGINT');
  const { code, stdout, stderr } = await finished;
  expect(code).toBe(130);
  expect(stderr).toMatch(/\nstopping\n$/);
  expect(stdout).toMatch(/^doctor · stopped\n/);
  expect(stdout).toMatch(/– sim-wordy +not asked: stopped\n/);
});
