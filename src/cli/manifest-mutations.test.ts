import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import type { Manifest } from '../journal/manifest.ts';
import { suiteHash } from '../suite/hash.ts';
import { json } from '../report/run-json.ts';
import { markdown } from '../report/run-markdown.ts';
import { gateNight } from './gate/night.ts';
import { nightlySuite, writeNight } from './gate/testing/nightly-runs.ts';
import { loadRun } from '../analysis/read-run.ts';
import { renderFolderPage } from '../report/run-page.ts';
import { gatebench, scratch } from './testing/gatebench.ts';

type Tree = Record<string, unknown>;

/** The paths of all values of a tree, depth first. */
function* placesIn(value: unknown, path: readonly string[] = []): Generator<string[]> {
  if (path.length > 0) yield [...path];
  if (typeof value !== 'object' || value === null) return;
  const keys = Array.isArray(value) ? Object.keys(value).slice(0, 1) : Object.keys(value);
  for (const key of keys) yield* placesIn((value as Tree)[key], [...path, key]);
}

function changed(tree: Tree, path: readonly string[], value: unknown): string {
  const copy = structuredClone(tree);
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Tree;
  // Undefined values are not written.
  parent[path.at(-1)!] = value;
  return JSON.stringify(copy);
}

const strange: readonly unknown[] = [
  undefined,
  null,
  -1,
  1e300,
  0.5,
  'x',
  '',
  true,
  [],
  {},
  [null],
  { toString: 1 },
  '__proto__',
];

test('whatever is in run.json is read, or refused with its place: never a stack trace', async () => {
  await using cwd = await scratch();
  const more = [
    'thresholds:',
    '  - { metric: p95(e2e_latency_ms), max: 9000 }',
    'gate:',
    '  metrics: { e2e_latency_ms: { max_ratio: 1.1 } }',
  ].join('\n');
  const { suite, file } = await nightlySuite(cwd.path, { prompts: 3, more });
  const run = await writeNight(cwd.path, { suite, file, night: 1, seed: 'm' });
  const path = join(run, 'run.json');
  const whole = JSON.parse(await readFile(path, 'utf8')) as Tree;
  let tried = 0;
  let refused = 0;
  for (const place of placesIn(whole))
    for (const value of strange) {
      await writeFile(path, changed(whole, place, value));
      tried++;
      try {
        const { report } = await loadRun(run);
        json.render(report, { columns: 100, color: false });
        markdown.render(report, { columns: 100, color: false });
        if (tried % 40 === 0) await renderFolderPage(run);
        await gateNight({ run, results: 'results', history: join(cwd.path, 'none'), dryRun: true });
      } catch (error) {
        expect(
          error,
          `${place.join('.')} = ${JSON.stringify(value)}\n${(error as Error).stack}`,
        ).toBeInstanceOf(UserError);
        refused++;
      }
    }
  expect(tried).toBeGreaterThan(910);
  expect(refused).toBeGreaterThan(tried / 2);
}, 120_000);

test.each([
  ['--resume', ['run', '--resume', 'RUN']],
  ['--retry-errors', ['run', '--retry-errors', 'RUN']],
  ['merge', ['merge', 'RUN', '--out', 'joined']],
  ['gate', ['gate', 'RUN', '--history', 'history']],
])('an edited suite with its old hash is refused by %s', async (_, args) => {
  await using cwd = await scratch();
  const { suite, file } = await nightlySuite(cwd.path, { prompts: 2 });
  const run = await writeNight(cwd.path, {
    suite,
    file,
    night: 1,
    seed: 'e',
    manifest: { status: 'interrupted' },
  });
  const path = join(run, 'run.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  manifest.suite.prompts[0]!.messages[0]!.content = 'Something else';
  await writeFile(path, JSON.stringify(manifest));
  const environment = { CF_AIG_TOKEN: 'test-token-4711', CF_ACCOUNT_ID: 'a', CF_GATEWAY_ID: 'g' };
  const refused = await gatebench(
    args.map((arg) => (arg === 'RUN' ? run : arg)),
    cwd.path,
    environment,
  );
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('the suite in it was changed after the run began');
  // Neither is one whose hash was changed with it, next to rows with another hash.
  if (!args.includes('--resume')) return;
  await mkdir(join(cwd.path, 'copy'));
  await cp(run, join(cwd.path, 'copy'), { recursive: true });
  manifest.suite_hash = suiteHash(manifest.suite);
  await writeFile(join(cwd.path, 'copy', 'run.json'), JSON.stringify(manifest));
  const again = await gatebench(['run', '--resume', 'copy'], cwd.path, environment);
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toContain('Put files of the same run together');
});

test.each(['Host', 'cookie', 'Authorization'])('a header %s in the suite inside is refused', async (name) => {
  await using cwd = await scratch();
  const { suite, file } = await nightlySuite(cwd.path, { prompts: 2 });
  suite.gateway.headers = { [name]: 'evil.example' };
  const run = await writeNight(cwd.path, { suite, file, night: 1, seed: 'e' });
  await expect(loadRun(run)).rejects.toThrow(/suite\.gateway\.headers/);
});
