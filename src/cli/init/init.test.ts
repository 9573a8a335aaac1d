import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSuite } from '../../suite/load.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';

describe('init', () => {
  test('writes a suite that is sound, and never over a file', async () => {
    await using cwd = await scratch();
    const first = await gatebench(['init'], cwd.path);
    expect(first).toMatchObject({ code: 0 });
    const path = join(cwd.path, 'suites/starter.yaml');
    const suite = await loadSuite(path);
    expect(suite.prompts.length).toBeGreaterThanOrEqual(6);
    expect(suite.thresholds.length).toBeGreaterThan(0);
    // A limit that faultless answers cannot settle would keep every night open.
    const provable = 0.025 ** (1 / suite.prompts.length);
    for (const { metric, min } of suite.thresholds)
      if (metric.startsWith('rate(')) expect(min).toBeLessThan(provable);
    await writeFile(path, 'mine');
    const second = await gatebench(['init'], cwd.path);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('already exists and is not overwritten');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('writes one suite', async () => {
    await using cwd = await scratch();
    expect(await gatebench(['init', 'a.yaml', 'b.yaml'], cwd.path)).toMatchObject({
      code: 2,
      stderr: 'gatebench: init writes one suite; b.yaml is one too many.\n',
    });
  });
});

test('for machines it says what it wrote, and nothing else', async () => {
  await using home = await scratch();
  const { stdout, code } = await gatebench(['init', 'mine.yaml', '--json'], home.path);
  expect([code, JSON.parse(stdout)]).toEqual([0, { written: ['mine.yaml'] }]);
});

describe('init --gateway', () => {
  const account = '0123456789abcdef0123456789abcdef';

  test("says every step with the account's own values, and what is still to be set", async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, '.env'), `CF_ACCOUNT_ID=${account}\nCF_GATEWAY_ID=lab\n`);
    const { code, stdout, stderr } = await gatebench(['init', '--gateway'], cwd.path);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`https://dash.cloudflare.com/${account}/ai/ai-gateway\n`);
    expect(stdout).toContain('1. Gateway "lab"');
    expect(stdout).toMatch(/slug +ollama [^]*base URL +https:\/\/ollama\.com /);
    expect(stdout).toMatch(/CF_GATEWAY_ID=lab +✓ set\n +CF_AIG_TOKEN=… +– not set/);
    expect(stdout).toMatch(/\nWhen CF_AIG_TOKEN is set: .* doctor\n$/);
  });

  test('runs doctor when all is set, and shows no token', async () => {
    await using cwd = await scratch();
    const { code, stdout } = await gatebench(['init', '--gateway', '--quiet'], cwd.path, {
      ...{ CF_ACCOUNT_ID: account, CF_GATEWAY_ID: 'lab', CF_AIG_TOKEN: 'a-token-of-mine' },
      // Nothing leaves this machine.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
    });
    expect(code).toBe(2);
    expect(stdout).toContain('✗ gateway.ai.cloudflare.com cannot be reached');
    expect(stdout).not.toContain('a-token-of-mine');
    expect(stdout.slice(stdout.indexOf('doctor · '))).not.toContain(account);
    // Only the steps are private to the owner.
    expect(stdout.slice(0, stdout.indexOf('Everything is set'))).toContain(account);
  });

  test('puts nothing strange into links and commands', async () => {
    await using cwd = await scratch();
    const { stdout } = await gatebench(['init', '--gateway'], cwd.path, { CF_ACCOUNT_ID: '$(rm -rf .)' });
    expect(stdout).not.toContain('$(rm');
    expect((await gatebench(['init', '--gateway', '--nightly'], cwd.path)).code).toBe(2);
  });
});
