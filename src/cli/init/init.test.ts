import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadSuite } from '../../suite/load.ts';
import { commands } from '../commands.ts';
import { parseArguments } from '../parse-arguments.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { nightlyWorkflow } from './nightly-workflow.ts';
import { starterSuite } from './starter-suite.ts';

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  env?: Record<string, string>;
}
interface Workflow {
  on: { schedule: { cron: string }[] };
  concurrency: { 'cancel-in-progress': boolean };
  jobs: Record<string, { needs?: string | string[]; steps: Step[]; permissions?: Record<string, string> }>;
}

const text = nightlyWorkflow({ suite: 'suites/mine.yaml', program: 'npx gatebench' });
const workflow = parse(text, { strict: true, uniqueKeys: true }) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const lines = steps.flatMap(({ run = '' }) =>
  run.split('\n').filter((line) => line.includes('npx gatebench ')),
);

/** The arguments of a shell line, as far as this workflow writes them. */
function argumentsOf(line: string): string[] {
  return line
    .slice(line.indexOf('npx gatebench ') + 'npx gatebench '.length)
    .replace(/ \|\| .*$/, '')
    .replace(/\$\{\{ matrix\.shard \}\}/g, '1')
    .replace(/\$\{\{ github\.run_number \}\}/g, '4711')
    .replaceAll('$SUITE', 'suites/mine.yaml')
    .replaceAll('$SHARDS', '2')
    .replaceAll('"', '')
    .trim()
    .split(/\s+/);
}

describe('the nightly workflow', () => {
  test('runs every night, off the hour, one night at a time', () => {
    expect(workflow.on.schedule[0]?.cron).toMatch(/^(?!0 )\d+ \d+ \* \* \*$/);
    expect(workflow.concurrency['cancel-in-progress']).toBe(false);
  });

  test('takes actions by commit, with the version beside it, as our own workflow does', async () => {
    const own = await readFile(new URL('../../../.github/workflows/check.yml', import.meta.url), 'utf8');
    for (const yaml of [text, own]) {
      const used = yaml.split('\n').filter((line) => /\buses:/.test(line));
      expect(used.length).toBeGreaterThan(1);
      expect(used.filter((line) => !/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
    }
  });

  test('says only commands and flags that there are', async () => {
    expect(lines.map((line) => argumentsOf(line)[0])).toEqual(['run', 'merge', 'gate']);
    for (const line of lines) {
      const args = argumentsOf(line);
      const { name, load } = commands.find((entry) => entry.name === args[0])!;
      const { flags } = await load();
      const parsed = (...more: string[]) => parseArguments([...args.slice(1), ...more], flags, name, '.');
      expect(parsed, line).not.toThrow();
      expect(() => parsed('--unheard-of'), line).toThrow('unheard');
    }
  });

  test('never sends to the demo route, sets budgets, and shares one seed among the shards', () => {
    expect(text).not.toMatch(/--route|demo/);
    for (const flag of ['max-requests', 'max-tokens-total', 'max-cost', 'max-minutes', 'seed', 'shard'])
      expect(lines[0]).toContain(`--${flag} `);
  });

  test('gives the secrets to the steps that need them, and fails in one line without them', async () => {
    const secret = steps.filter(({ env }) => env?.['CF_AIG_TOKEN'] !== undefined);
    expect(secret).toHaveLength(2);
    await using cwd = await scratch();
    const script = join(cwd.path, 'check.sh');
    await writeFile(script, steps[0]!.run!);
    const { execFile } = await import('node:child_process');
    const run = (env: Record<string, string>) =>
      new Promise<{ code: unknown; stdout: string }>((resolve) => {
        execFile('bash', ['-e', script], { env: { PATH: process.env['PATH']!, ...env } }, (error, stdout) =>
          resolve({ code: error?.code ?? 0, stdout }),
        );
      });
    const all = { CF_ACCOUNT_ID: 'a', CF_GATEWAY_ID: 'g', CF_AIG_TOKEN: 't' };
    expect(await run(all)).toEqual({ code: 0, stdout: '' });
    const missing = await run({ ...all, CF_AIG_TOKEN: '' });
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/^::error title=gatebench::missing secrets: CF_AIG_TOKEN \(.*\)\n$/);
  });

  test('gates a night whose shards failed, but none without secrets', () => {
    expect(workflow.jobs['gate']).toMatchObject({
      needs: ['check', 'run'],
      if: "${{ !cancelled() && needs.check.result == 'success' }}",
      permissions: { contents: 'write' },
    });
    expect(steps.filter((step) => step.if === '${{ !cancelled() }}').length).toBeGreaterThanOrEqual(3);
  });
});

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

  test('--nightly writes the workflow for a suite that there is, in a path that a shell can take', async () => {
    await using cwd = await scratch();
    expect((await gatebench(['init', '--nightly'], cwd.path)).code).toBe(2);
    await writeFile(join(cwd.path, 'a.yaml'), starterSuite());
    const done = await gatebench(['init', 'a.yaml', '--nightly'], cwd.path);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stderr).toContain('simulated models');
    const file = join(cwd.path, '.github/workflows/gatebench-nightly.yml');
    expect((parse(await readFile(file, 'utf8')) as { env: object }).env).toMatchObject({ SUITE: 'a.yaml' });
    await writeFile(join(cwd.path, 'b $(c).yaml'), starterSuite());
    expect((await gatebench(['init', 'b $(c).yaml', '--nightly'], cwd.path)).code).toBe(2);
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
    // Of all that is said here, the steps alone are for the owner's eyes.
    expect(stdout.slice(0, stdout.indexOf('Everything is set'))).toContain(account);
  });

  test('puts nothing strange into links and commands', async () => {
    await using cwd = await scratch();
    const { stdout } = await gatebench(['init', '--gateway'], cwd.path, { CF_ACCOUNT_ID: '$(rm -rf .)' });
    expect(stdout).not.toContain('$(rm');
    expect((await gatebench(['init', '--gateway', '--nightly'], cwd.path)).code).toBe(2);
  });
});
