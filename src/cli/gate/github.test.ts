import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cell, gateReport } from '../../report/gate/testing/sample-gate.ts';
import { usual } from '../../report/testing/sample-reports.ts';
import { gatebench, scratch, testIo } from '../testing/gatebench.ts';
import { writeForGithub } from './github.ts';
import type { Night } from './night.ts';
import { nightlySuite, writeNight } from './testing/nightly-runs.ts';

const more = [
  'thresholds:',
  '  - { metric: geomean(e2e_latency_ms), model: kimi, max: 100 }',
  'gate:',
  '  metrics:',
  '    e2e_latency_ms: { max_ratio: 1.10 }',
].join('\n');

test('--github leaves summary, annotations and files; the exit code stays', async () => {
  await using cwd = await scratch();
  const { suite } = await nightlySuite(cwd.path, { more });
  const run = await writeNight(cwd.path, { suite, file: 'nightly.yaml', night: 1, seed: 'g', route: 'demo' });
  await writeFile(join(cwd.path, 'summary.md'), 'earlier\n');
  const args = ['gate', run, '--history', 'history', '--github'];
  const env = { GITHUB_STEP_SUMMARY: join(cwd.path, 'summary.md') };
  const { code, stdout } = await gatebench(args, cwd.path, env);
  expect(code).toBe(4);
  expect(await readdir(run)).toEqual(
    expect.arrayContaining(['badge.json', 'comment.md', 'gate-junit.xml', 'gate.json']),
  );
  const suiteLines = (await readFile(join(cwd.path, 'nightly.yaml'), 'utf8')).split('\n');
  const line = suiteLines.findIndex((text) => text.includes('model: kimi, max: 100')) + 1;
  expect(stdout).toContain(
    `::error file=nightly.yaml,line=${line},title=gatebench fail (simulated)::✗ geomean(`,
  );
  const summary = await readFile(join(cwd.path, 'summary.md'), 'utf8');
  expect(summary).toMatch(
    /^earlier\n\*\*Simulated models: [^\n]+\.\*\*\n\n## fail · `nightly`\n\n> \[!IMPORTANT\]\n> SIMULATED/,
  );
  // Whatever a name contains, the runner obeys only the lines after the table.
  expect(stdout).toMatch(/^::stop-commands::([\w-]+)\nfail · [^]*\n::\1::\n::error /);
});

test('the job summary has the trend of the suite: a line for each model, what changed, and what was decided', async () => {
  await using cwd = await scratch();
  const env = { GITHUB_STEP_SUMMARY: join(cwd.path, 'summary.md') };
  const { suite } = await nightlySuite(cwd.path, { prompts: 4 });
  for (const night of [1, 2]) {
    const run = await writeNight(cwd.path, { suite, file: 'nightly.yaml', night, seed: 'g' });
    await gatebench(['gate', run, '--history', 'history', '--github'], cwd.path, env);
  }
  const text = await readFile(env.GITHUB_STEP_SUMMARY, 'utf8');
  const last = text.slice(text.lastIndexOf('### Trend'));
  expect(last).toMatch(/^### Trend\n\n2 nights, 2026-11-01 to 2026-11-02\n\n\| model /);
  expect(last).toMatch(/^\| `glm` +\| `e2e_latency_ms` +\| +[\d.]+ m?s \| +[\d.]+ m?s \| [▁-█]{2} +\|$/m);
  expect(last).toContain('No change points');
  // Half a night is in no trend; the nights before it are.
  const run = await writeNight(cwd.path, { suite, file: 'nightly.yaml', night: 3, seed: 'g', failing: 0.9 });
  await gatebench(['gate', run, '--history', 'history', '--github'], cwd.path, env);
  expect((await readFile(env.GITHUB_STEP_SUMMARY, 'utf8')).match(/^2 nights, /gm)).toHaveLength(2);
});

test('the job summary stays below what GitHub takes, however much there is to say', async () => {
  await using cwd = await scratch();
  const path = join(cwd.path, 'summary.md');
  const cells = Array.from({ length: 10_000 }, (_, n) =>
    cell({ model: `model-${n}`, word: 'fail', alarms: 2 }),
  );
  const night = {
    loaded: { manifest: { suite_file: 'nightly.yaml' }, report: usual },
    report: gateReport({ word: 'fail', verdict: 'fail', cells }),
  } as unknown as Night;
  await writeForGithub(night, join(cwd.path, 'files'), testIo(cwd.path, { GITHUB_STEP_SUMMARY: path }));
  const summary = await readFile(path, 'utf8');
  expect(Buffer.byteLength(summary)).toBeLessThan(900_000);
  expect(summary).toMatch(/^\*\*.*\.\*\*\n\n## fail[^]*cut for length/);
});

test('with --json stdout is only JSON, and outside Actions there is no summary', async () => {
  await using cwd = await scratch();
  const { suite } = await nightlySuite(cwd.path, { more });
  const run = await writeNight(cwd.path, { suite, file: 'nightly.yaml', night: 1, seed: 'g' });
  const args = ['gate', run, '--history', 'history', '--github', '--json', '--out', 'files', '--dry-run'];
  const { stdout, stderr } = await gatebench(args, cwd.path);
  expect(JSON.parse(stdout)).toMatchObject({
    word: 'fail',
    thresholds: [{ verdict: 'failed', model: 'kimi' }],
  });
  expect(stderr).toContain('::error file=nightly.yaml');
  expect(stderr).toContain('GITHUB_STEP_SUMMARY is not set');
  expect((await readdir(join(cwd.path, 'files'))).sort()).toEqual([
    'badge.json',
    'comment.md',
    'gate-junit.xml',
    'gate.json',
  ]);
});

test.each(['a pipe', 'a device', 'a file outside the repository'])(
  'of %s that the manifest names as its suite nothing is read, and the verdict is kept',
  async (what) => {
    await using cwd = await scratch();
    await using elsewhere = await scratch();
    const { suite } = await nightlySuite(cwd.path, { more });
    const pipe = join(cwd.path, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const outside = join(elsewhere.path, 'other.yaml');
    await writeFile(outside, 'gate:\n  metrics:\n    e2e_latency_ms: { max_ratio: 1.10 }\n');
    const file = { 'a pipe': pipe, 'a device': '/dev/zero' }[what] ?? outside;
    const run = await writeNight(cwd.path, { suite, file, night: 1, seed: 'g' });
    const args = ['gate', run, '--history', 'history', '--github'];
    const { code, stdout } = await gatebench(args, cwd.path, { GITHUB_WORKSPACE: cwd.path });
    expect(code).toBe(4);
    expect(stdout).toContain('::error');
  },
  20_000,
);
