import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { version } from '../../../base/version.ts';
import { gatebench as run } from '../../gatebench.ts';
import { gatebench, scratch, testIo, type Finished, type Scratch } from '../../testing/gatebench.ts';
import { bash, parsed, stepsOf, type Workflow } from '../testing/workflow.ts';

const suiteText = (name: string, more = '') =>
  `version: 1\nname: ${name}\nmodels: [custom-ollama/kimi]\nprompts: [{ id: p, prompt: hi }]\n${more}`;

/** A repository with these files. */
async function repository(files: Record<string, string>): Promise<Scratch> {
  const cwd = await scratch();
  await mkdir(join(cwd.path, '.git'));
  for (const [name, text] of Object.entries({
    'a.yaml': suiteText('a'),
    'b.yaml': suiteText('b'),
    ...files,
  })) {
    await mkdir(dirname(join(cwd.path, name)), { recursive: true });
    await writeFile(join(cwd.path, name), text);
  }
  return cwd;
}

/** As typed by a user who has gatebench as a package. */
async function init({ path }: Scratch, ...args: string[]): Promise<Omit<Finished, 'signal'>> {
  const io = { ...testIo(path), program: 'npx gatebench' };
  const code = await run(['init', ...args], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

const file = ({ path }: Scratch): string => join(path, '.github/workflows/gatebench-nightly.yml');
const written = async (cwd: Scratch): Promise<Workflow> => parsed(await readFile(file(cwd), 'utf8'));
const installing = (workflow: Workflow): string[] =>
  stepsOf(workflow).flatMap(({ run: script = '' }) => /npm (?:ci|install).*/.exec(script)?.[0] ?? []);

describe('a second call', () => {
  test('updates what gatebench wrote, and says which suites are gone', async () => {
    await using cwd = await repository({});
    expect((await init(cwd, 'a.yaml', '--nightly')).stdout).toMatch(
      /^Written: \.github\/workflows\/gatebench-n/,
    );
    expect((await init(cwd, 'a.yaml', '--nightly')).stdout).toMatch(/^Unchanged: /);
    const both = await init(cwd, 'a.yaml', 'b.yaml', '--nightly');
    expect([both.code, both.stdout.split('\n')[0]]).toEqual([
      0,
      'Updated: .github/workflows/gatebench-nightly.yml',
    ]);
    expect((await written(cwd)).env['SUITES']).toBe('a.yaml b.yaml');
    // As git may check it out on Windows.
    await writeFile(file(cwd), (await readFile(file(cwd), 'utf8')).replaceAll('\n', '\r\n'));
    const one = await init(cwd, 'b.yaml', '--nightly');
    expect(one.code).toBe(0);
    expect(one.stderr).toContain('a.yaml is no longer in it. To keep it, name all suites at once.');
  });

  test.each([
    ['a line that was changed', (text: string) => text.replace('17 3', '18 4')],
    ['a line that was added', (text: string) => `${text}# mine\n`],
    ['a checksum that was taken off', (text: string) => text.replace(/^# Checksum.*\n/m, '')],
    ['a file of one’s own', () => 'name: mine\n'],
    ['an empty file', () => ''],
  ])('leaves alone, and says so: %s', async (_, edit) => {
    await using cwd = await repository({});
    await init(cwd, 'a.yaml', '--nightly');
    const edited = edit(await readFile(file(cwd), 'utf8'));
    await writeFile(file(cwd), edited);
    const { code, stderr } = await init(cwd, 'a.yaml', 'b.yaml', '--nightly');
    expect([code, await readFile(file(cwd), 'utf8')]).toEqual([2, edited]);
    expect(stderr).toMatch(
      /was changed by hand, or is not by gatebench, and is not overwritten\. Rename it, run init again/,
    );
  });
});

describe('the runner comes by gatebench', () => {
  const lock = (entry: object) => JSON.stringify({ packages: { 'node_modules/gatebench': entry } });
  const npm = `npm install --no-fund --no-audit --prefix "$RUNNER_TEMP/gatebench" "$GATEBENCH"`;

  test.each<[string, Record<string, string>, string[], string, string | undefined, string]>([
    [
      'from npm in a fresh folder, saying what to write otherwise',
      {},
      [],
      npm,
      `gatebench@${version()}`,
      '--install ./gatebench.tgz',
    ],
    ['by its lock', { 'package-lock.json': lock({ version: '0.1.0' }) }, [], 'npm ci', undefined, ''],
    [
      'by a lock with a tarball',
      { 'package-lock.json': lock({ resolved: 'file:gatebench.tgz' }) },
      [],
      'npm ci',
      undefined,
      'Commit gatebench.tgz as well',
    ],
    [
      'by a lock with a tarball elsewhere',
      { 'package-lock.json': lock({ resolved: 'file:../x/gatebench.tgz' }) },
      [],
      'npm ci',
      undefined,
      'npm install -D ./gatebench.tgz',
    ],
    [
      'by a lock with an address',
      { 'package-lock.json': lock({ resolved: 'git+https://h.example/g.git#1' }) },
      [],
      'npm ci',
      undefined,
      '',
    ],
    [
      'by a lock that needs a key',
      { 'package-lock.json': lock({ resolved: 'git+ssh://git@h.example/g.git#1' }) },
      [],
      'npm ci',
      undefined,
      'needs a key',
    ],
    [
      'by a lock with a link',
      { 'package-lock.json': lock({ link: true }) },
      [],
      'npm ci',
      undefined,
      'no runner can follow',
    ],
    [
      'by package.json of another package manager',
      { 'package.json': '{"devDependencies":{"gatebench":"^0.1.0"}}', 'pnpm-lock.yaml': '' },
      [],
      npm,
      'gatebench@^0.1.0',
      '',
    ],
    [
      'by a tarball in package.json',
      { 'package.json': '{"dependencies":{"gatebench":"file:g.tgz"}}' },
      [],
      npm,
      './g.tgz',
      'Commit g.tgz as well',
    ],
    ['as it is told: a tarball', {}, ['--install', './g.tgz'], npm, './g.tgz', 'Commit ./g.tgz as well'],
    [
      'as it is told: git',
      { 'package-lock.json': lock({}) },
      ['--install', 'git+https://h.example/g.git#1f'],
      npm,
      'git+https://h.example/g.git#1f',
      '',
    ],
  ])('%s', async (_, files, args, installs, spec, says) => {
    await using cwd = await repository(files);
    const { code, stderr } = await init(cwd, 'a.yaml', '--nightly', ...args);
    expect(code, stderr).toBe(0);
    if (says === '') expect(stderr).toBe('');
    else expect(stderr).toContain(says);
    const workflow = await written(cwd);
    expect(installing(workflow)).toEqual([installs, installs]);
    expect(workflow.env['GATEBENCH']).toBe(spec);
    // npm's cache needs a lock file: without one, the step fails.
    const setUp = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/setup-node'));
    expect(setUp.map(({ with: given }) => given?.['cache'])).toEqual(
      Array(2).fill(spec === undefined ? 'npm' : undefined),
    );
  });

  test('a tarball of the repository is installed, and its program is on the path', async () => {
    await using cwd = await repository({
      'package/package.json': '{"name":"gatebench","version":"0.0.1","bin":"it.js"}',
      'package/it.js': '#!/usr/bin/env node\nconsole.log("it runs")',
    });
    await bash('tar -czf g.tgz package', cwd.path);
    await init(cwd, 'a.yaml', '--nightly', '--install', './g.tgz');
    const { env, jobs } = await written(cwd);
    const script = jobs['gate']!.steps.find(({ name }) => name === 'install gatebench')!.run!;
    const world = { ...env, RUNNER_TEMP: join(cwd.path, 'temp'), GITHUB_PATH: join(cwd.path, 'path') };
    const installed = await bash(script, cwd.path, { ...world, npm_config_offline: 'true' });
    expect(installed.code, installed.output).toBe(0);
    const folder = (await readFile(world.GITHUB_PATH, 'utf8')).trim();
    expect((await bash('gatebench', cwd.path, { PATH: `${folder}:${process.env['PATH']!}` })).output).toBe(
      'it runs\n',
    );
  }, 30_000);

  test.each(['-x', 'a b', '$(x)', "x'"])('never by %s', async (spec) => {
    await using cwd = await repository({});
    expect((await init(cwd, 'a.yaml', '--nightly', `--install=${spec}`)).stderr).toContain(
      '--install takes what npm',
    );
  });
});

test.each([
  ['twins', ['a.yaml', 'a.yaml'], {}, 'a.yaml is given twice.'],
  ['one folder for two', ['x/a.yaml', 'x-a.yml'], {}, 'x/a.yaml and x-a.yml would share a folder'],
  ['namesakes', ['a.yaml', 'c.yaml'], { 'c.yaml': suiteText('a') }, 'a.yaml and c.yaml are both called "a"'],
  ['a suite that is not there', ['no.yaml'], {}, 'no.yaml'],
  [
    'a path that no shell takes',
    ['b $(c).yaml'],
    { 'b $(c).yaml': suiteText('c') },
    'must be inside this folder',
  ],
  [
    'a load',
    ['l.yaml'],
    { 'l.yaml': suiteText('l', 'load: { mode: closed, levels: [1, 2] }') },
    'l has a load',
  ],
  ['a place without a runner', ['a.yaml', '--vantage', 'eu'], {}, '--vantage takes NAME=RUNNER'],
  [
    'a place that is a command',
    ['a.yaml', '--vantage', '$(x)=ubuntu-latest'],
    {},
    'a vantage is a short name',
  ],
  ['a place twice', ['a.yaml', '--vantage', 'eu=x,eu=y'], {}, '--vantage names eu twice'],
])('it refuses %s', async (_, args, files, says) => {
  await using cwd = await repository({ 'x/a.yaml': suiteText('xa'), 'x-a.yml': suiteText('xb'), ...files });
  const { code, stderr } = await init(cwd, ...args, '--nightly');
  expect(stderr).toContain(says);
  expect(code).toBe(2);
  await expect(readFile(file(cwd))).rejects.toThrow('ENOENT');
});

test.each(['--pages', '--pull-requests', '--vantage=a=b', '--install=x'])(
  '%s goes with --nightly',
  async (flag) => {
    await using cwd = await repository({});
    expect((await init(cwd, flag)).stderr).toContain('goes with --nightly');
  },
);

test('secrets are those of the suites’ routes, and budgets those that the suites leave open', async () => {
  await using cwd = await repository({
    'direct.yaml': suiteText(
      'd',
      'gateway: { route: direct }\nrun: { budget: { requests: 7, minutes: 90, usd: 1 } }',
    ),
    'demo.yaml': suiteText('e', 'gateway: { route: demo }'),
    'long.yaml': suiteText('f', 'gateway: { route: demo }\nrun: { repeat: 1000, warmup: 0 }'),
  });
  await init(cwd, 'direct.yaml', 'demo.yaml', 'long.yaml', '--nightly');
  const { jobs } = await written(cwd);
  const send = jobs['run']!.steps.find(({ name }) => name === 'run the shard')!;
  expect(Object.keys(send.env!)).toEqual(['OLLAMA_API_KEY', 'SHARD', 'SEED']);
  expect(send.run!.match(/^send .*/gm)).toEqual([
    'send direct.yaml direct --max-tokens-total 400000',
    'send demo.yaml demo --max-requests 500 --max-tokens-total 400000 --max-cost 2 --max-minutes 45',
    'send long.yaml long --max-requests 1000 --max-tokens-total 800000 --max-cost 2 --max-minutes 45',
  ]);
  expect(jobs['run']!['timeout-minutes']).toBe(15 + 90 + 45 + 45);
  await using other = await repository({ 'demo.yaml': suiteText('e', 'gateway: { route: demo }') });
  const { stdout } = await init(other, 'demo.yaml', '--nightly');
  expect(stdout).not.toContain('secret');
  expect((await written(other)).jobs).not.toHaveProperty('check');
});

test('what else is to be known is said: simulated models, no repository, a folder within one', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'a.yaml'), suiteText('a').replace('kimi', 'sim-swift'));
  const { code, stderr } = await gatebench(['init', 'a.yaml', '--nightly'], cwd.path);
  expect([code, stderr]).toEqual([
    0,
    'a.yaml names simulated models (sim-…). Replace them; no gateway has them.\nThis folder is not a git repository yet: git init\n',
  ]);
  await using outer = await repository({ 'inner/a.yaml': suiteText('a') });
  const inner = { ...outer, path: join(outer.path, 'inner') };
  expect((await init(inner, 'a.yaml', '--nightly')).stderr).toContain(
    `GitHub reads workflows only from the root of the repository, ${outer.path}.`,
  );
});
