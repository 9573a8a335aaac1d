import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMock } from '../../mock/mock-server.ts';
import type { MockOptions } from '../../mock/options.ts';
import { gatebench, onlyRun, scratch, type Finished } from '../testing/gatebench.ts';

const token = 'test-token-4711';
const suite = {
  version: 1,
  name: 'failing',
  models: [{ id: 'quick', model: 'custom-ollama/sim-exact?ttftMs=5&gapMs=1&answerFrames=3' }],
  defaults: { params: { max_tokens: 50 } },
  prompts: [{ id: 'a', prompt: 'Say hello.' }],
  load: {
    ...{ mode: 'open', arrivals: 'constant', rate: '40/s', window: '500ms', min_arrivals: 10 },
    ...{ warmup: '0s', washout: '0s', visits: 1, slo: { e2e_ms: 20_000 } },
  },
};

const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** One run against a misbehaving gateway. `away`: it is gone before the first request. */
async function ran(
  cwd: string,
  options: Partial<MockOptions>,
  given = token,
  away = false,
  asked: object = suite,
): Promise<Finished & { url: string }> {
  await writeFile(join(cwd, 's.yaml'), JSON.stringify(asked));
  const mock = await createMock({ gatewayToken: token, ...options });
  if (away) await mock.close();
  else onTestFinished(() => mock.close());
  const url = `${mock.url}/v1/acc/gw/compat`;
  const run = ['run', 's.yaml', '--base-url', url, '--seed', '7'];
  return { ...(await gatebench(run, cwd, { CF_AIG_TOKEN: given })), url };
}

test.each([
  ['a token that nobody takes', 'wrong', false, /gateway 2009 \(HTTP 401\): "Unauthorized"/],
  ['nobody at the address', token, true, /network refused: "the connection was refused/],
])(
  '%s breaks no level: the model is switched off, and the run says why',
  async (_name, given, away, cause) => {
    await using cwd = await scratch();
    const { code, stdout, stderr } = await ran(cwd.path, {}, given, away);
    expect(code).toBe(3);
    expect(flat(stdout)).toMatch(/^Nothing is sure: no visit of any level counts\./i);
    expect(flat(stdout)).not.toMatch(/breaks|broken \d/);
    expect(flat(stdout)).toMatch(/void: \d visits? that .*that no server took/);
    expect(flat(stdout)).toMatch(
      new RegExp(`✗ quick at 40/s: \\d+ of \\d+ requests failed, ${cause.source}`),
    );
    expect(stderr).toMatch(/quick is switched off .*none of its first 10 requests was answered/);
  },
);

const slow = [{ id: 'quick', model: 'custom-ollama/sim-exact?ttftMs=500&gapMs=1&answerFrames=3' }];

test.each<[string, { slo: object; models?: object }, Partial<MockOptions>, RegExp]>([
  ['a first token that comes too late', { slo: { ttft_ms: 400 }, models: slow }, {}, /missed TTFT ≤ 400 ms/],
  ['answers that fail their checks', { slo: { passed: true } }, {}, /did not pass the checks/],
  [
    'answers from a cache',
    { slo: { e2e_ms: 20_000 } },
    { knobs: { extraHeaders: { 'cf-aig-cache-status': 'HIT' } } },
    /did not count \(cache_hit\)/,
  ],
])(
  'a level without good requests says what they missed: %s',
  async (_name, { slo, models }, options, words) => {
    await using cwd = await scratch();
    const checked = suite.prompts.map((prompt) => ({
      ...prompt,
      checks: [{ type: 'contains', value: 'No.' }],
    }));
    const other = { ...suite, prompts: checked, ...(models ? { models } : {}), load: { ...suite.load, slo } };
    const { stdout } = await ran(cwd.path, options, token, false, other);
    expect(flat(stdout)).toMatch(new RegExp(`✗ quick at 40/s: \\d+ of \\d+ requests ${words.source}`));
    expect(flat(stdout)).not.toMatch(/Lower run\.concurrency/);
  },
);

test('a run of which no visit counts is incomplete', async () => {
  await using cwd = await scratch();
  // Every machine is late by at least a twentieth of a millisecond.
  const load = { ...suite.load, window: '250ms', slo: { e2e_ms: 1 } };
  const { code, stdout } = await ran(cwd.path, {}, token, false, { ...suite, load });
  expect(code).toBe(3);
  expect(flat(stdout)).toMatch(/^Nothing is sure: no visit of any level counts\..* incomplete/);
  expect(flat(stdout)).toMatch(/is given up: .* more than 2 % of the requests over 0\.05 ms late/);
  expect(flat(stdout)).toMatch(/void: 3 visits that this machine sent too late/);
});

test('a level that a limit of the gateway breaks is broken, and says whose refusals they were', async () => {
  await using cwd = await scratch();
  const { code, stdout, url } = await ran(cwd.path, { rateLimit: { requests: 2, windowMs: 60_000 } });
  expect(code).toBe(0);
  // A visit that this machine sent too late is made again, and then the limit is used up from the start.
  expect(flat(stdout)).toMatch(/✗ quick at 40\/s: (18|20) of 20 requests failed, gateway .*429/);
  expect(flat(stdout)).toMatch(/quick 40\/s open 0 of 1 .* (18|20) /);

  const before = await readdir(await onlyRun(cwd.path));
  const again = await gatebench(['run', '--retry-errors', 'latest', '--base-url', url], cwd.path, {
    CF_AIG_TOKEN: token,
  });
  expect([again.code, flat(again.stderr)]).toEqual([
    2,
    expect.stringMatching(/a failed request is an answer: sending it again would bias its visit/),
  ]);
  expect(await readdir(await onlyRun(cwd.path))).toEqual(before);

  const junit = await gatebench(['report', 'latest', '--format', 'junit'], cwd.path);
  expect(junit.stdout).toMatch(/name="quick at 40\/s"[^]*open: 0 of 1 visit passed, \d+(\.\d)? % good/);
});
