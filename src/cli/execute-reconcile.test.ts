import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LeapClock } from '../base/testing/leap-clock.ts';
import { readCsv } from '../journal/read-csv.ts';
import { reconciledColumns, type ReconciledRow } from '../journal/reconciled-columns.ts';
import { reconciliationJson } from '../diagnose/reconcile/render-reconciliation.ts';
import type { Summary } from '../diagnose/reconcile/summary.ts';
import { attempt, logged } from '../diagnose/reconcile/testing/log-rows.ts';
import type { MockOptions } from '../mock/options.ts';
import { createMock, type Mock } from '../mock/mock-server.ts';
import type { ReconcileFlags } from './commands/reconcile-command.ts';
import { reconcileRun } from './execute-reconcile.ts';
import { gatebench, onlyRun, scratch, testIo, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

const account = 'account-4711';
const secrets = {
  CF_AIG_TOKEN: 'gateway-token-4711',
  CF_ACCOUNT_ID: account,
  CF_GATEWAY_ID: 'gw',
  CLOUDFLARE_API_TOKEN: 'api-token-4711',
  OLLAMA_API_KEY: 'ollama-key-4711',
};

let home: Scratch;
let mock: Mock | undefined;

beforeEach(async () => {
  home = await scratch();
});
afterEach(async () => {
  await mock?.close();
  mock = undefined;
  await home[Symbol.asyncDispose]();
});

interface Reconciled {
  summary: Summary;
  rows: ReconciledRow[];
  usage: { models: { model: string; ours: object; provider: object }[] };
  printed: string;
}

/** In this process, on a clock that jumps. Returns what it would print. */
async function reconciled(flags: Partial<ReconcileFlags>, clock: LeapClock): Promise<Reconciled> {
  const url = mock?.url ?? 'http://127.0.0.1:9';
  const given = {
    ...{ run: 'latest', results: join(home.path, 'results'), log: undefined, wait: 120, help: false },
    ...{ ollamaUsage: false, apiUrl: url, ollamaUrl: url, json: true, quiet: true, color: false },
    ...flags,
  };
  const { reconciliation } = await reconcileRun(given, { ...testIo(home.path, secrets), clock });
  const printed = reconciliationJson(reconciliation);
  return { ...(JSON.parse(printed) as Omit<Reconciled, 'printed'>), printed };
}

async function sendTrial(clock: LeapClock, options: Partial<MockOptions>, suite: string): Promise<string> {
  mock = await createMock({ apiToken: secrets.CLOUDFLARE_API_TOKEN, speed: 50, ...options }, clock);
  await writeFile(join(home.path, 'trial.yaml'), suite);
  const base = `${mock.url}/v1/${account}/gw/compat`;
  const sent = await gatebench(['run', 'trial.yaml', '--base-url', base, '--quiet'], home.path, secrets);
  expect([sent.code, sent.stderr]).toEqual([0, '']);
  return onlyRun(home.path);
}

test(
  'of 500 requests, some late, some missing, some tried again: the true numbers',
  { timeout: 120_000 },
  async () => {
    const prompts = Array.from(
      { length: 50 },
      (_, n) => `  - { id: p${n}, prompt: "Question number ${n}?" }`,
    );
    const models = {
      ...{ a: 'sim-instant', b: 'sim-instant?usage=cached', c: 'sim-instant?answer=c' },
      // Fails once for each prompt, and the gateway retries.
      flaky: 'sim-fail-overloaded?times=1&instant=true',
      lost: 'sim-instant?logMissing=true',
    };
    const suite = [
      'version: 1',
      'name: trial',
      'models:',
      ...Object.entries(models).map(([id, model]) => `  - { id: ${id}, model: "custom-ollama/${model}" }`),
      'prompts:',
      ...prompts,
      'run: { repeat: 2, warmup: 0, concurrency: 10 }',
    ].join('\n');
    const clock = new LeapClock(new Date());
    const folder = await sendTrial(
      clock,
      {
        ...{ gatewayRetries: 1, heedsMaxAttempts: false, gatewayRetryDelayMs: 0 },
        // Divided by the speed: 40 s, and another 30 s for the tokens.
        ...{ logDelayMs: 2_000_000, logTokensDelayMs: 1_500_000 },
        logsRateLimit: { requests: 20, windowMs: 15_000 },
      },
      suite,
    );
    const { summary, rows, usage, printed } = await reconciled({ ollamaUsage: true, wait: 300 }, clock);
    expect(summary).toMatchObject({
      ...{ sent: 500, not_sent: 0, matched: 400, matched_share: 0.8 },
      matched_by: { log_id: 400, event_id: 0, metadata: 0 },
      ...{ not_in_log: 100, not_in_log_failed: 0, not_in_run: 0, log_rows: 450 },
      tokens_in: { compared: 400, equal: 400, not_counted: 0 },
      tokens_out: { compared: 400, equal: 400, not_counted: 0 },
      status: { compared: 400, equal: 400 },
      model: { compared: 400, equal: 400 },
      duration_ms: { compared: 350 },
      unseen: { retried: 50, extra_rows: 50, cached: 0, step: 0 },
    });
    expect(summary.tokens_out.ours).toBe(summary.tokens_out.log);
    const retried = rows.filter(({ log_rows }) => log_rows === 2);
    expect(new Set(retried.map(({ model, repeat }) => `${model} ${repeat}`))).toEqual(new Set(['flaky 1']));
    expect(new Set(rows.flatMap(({ match, model }) => (match === 'not_in_log' ? [model] : [])))).toEqual(
      new Set(['lost']),
    );
    expect(usage.models).toHaveLength(5);
    for (const { ours, provider } of usage.models) expect(provider).toMatchObject(ours);

    const stored = await Array.fromAsync(
      readCsv<ReconciledRow>(join(folder, 'reconciled.csv'), reconciledColumns),
    );
    expect(stored.map(({ event_id, match }) => [event_id, match])).toEqual(
      rows.map(({ event_id, match }) => [event_id, match]),
    );
    for (const secret of Object.values(secrets).filter((value) => value.length > 2))
      expect(printed + (await readFile(join(folder, 'reconciled.csv'), 'utf8'))).not.toContain(secret);
  },
);

const later = new LeapClock(new Date('2026-11-25T00:00:00Z'));

test('an exported log needs neither token nor network, and rows of other runs are skipped', async () => {
  const attempts = [attempt(1), attempt(2)];
  await writeRun(home.path, attempts);
  const rows = [logged(attempts[0]!), logged(attempts[1]!, { id: 'x', metadata: { run: 'another' } })];
  const exported = rows.map(({ id, durationMs, tokensIn, metadata }) =>
    JSON.stringify({ id, duration: durationMs, tokens_in: tokensIn, metadata }),
  );
  const log = join(home.path, 'rows.jsonl');
  await writeFile(log, exported.join('\n'));
  const { code, stdout, stderr } = await gatebench(['reconcile', 'latest', '--log', log], home.path);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^Written: results.*reconciled\.csv\n$/)]);
  expect(stdout).toContain('50 % of what was sent is in the log (1 of 2).');
});

test("where the account has no logs API, the provider's totals are compared all the same", async () => {
  const clock = new LeapClock(new Date('2026-11-22T03:18:00Z'));
  mock = await createMock({ logsApi: false }, clock);
  await writeRun(home.path, [attempt(1)]);
  await expect(reconciled({}, clock)).rejects.toThrow(/September 24, 2026/);
  const { summary, usage, printed } = await reconciled({ ollamaUsage: true }, clock);
  expect(summary).toBeNull();
  expect(usage.models).toMatchObject([{ model: 'kimi-k2.6', ours: { requests: 1 } }]);
  expect(printed).toContain('September 24, 2026');
});

test.each([
  ['a demo', { routes: [{ route: 'demo', host: '127.0.0.1' }] }, { route: 'demo' }, /gatebench serve/],
  ['a run without a gateway', {}, { route: 'direct' }, /nothing in this run went through a gateway/],
])('%s says why there is no log', async (_, facts, cells, message) => {
  await writeRun(home.path, [attempt(1, cells)], facts);
  await expect(reconciled({}, later)).rejects.toThrow(message);
});

test.each(['http://example.com', 'ftp://127.0.0.1', 'nonsense'])('no token goes to %s', async (apiUrl) => {
  await writeRun(home.path, [attempt(1)]);
  await expect(reconciled({ apiUrl }, later)).rejects.toThrow(/https|not a URL/);
});

test('names every variable that is missing', async () => {
  await writeRun(home.path, [attempt(1)]);
  const { code, stderr } = await gatebench(['reconcile', 'latest'], home.path, { CF_GATEWAY_ID: 'gw' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/CLOUDFLARE_API_TOKEN[^]*CF_ACCOUNT_ID[^]*--log FILE/);
  expect(stderr).not.toContain('CF_GATEWAY_ID');
});

test('a file that cannot be written is named once', async () => {
  const folder = await writeRun(home.path, [attempt(1)]);
  await mkdir(join(folder, 'reconciled.csv'));
  const log = join(home.path, 'rows.jsonl');
  await writeFile(log, JSON.stringify({ id: 'x' }));
  const { code, stderr } = await gatebench(['reconcile', folder, '--log', log], home.path);
  expect(code).toBe(2);
  expect(stderr.match(/cannot be written/g)).toHaveLength(1);
});
