import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parsed, runStep } from '../cli/init/testing/workflow.ts';
import { scratch } from '../cli/testing/gatebench.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const { version, files } = JSON.parse(read('package.json')) as { version: string; files: string[] };
const workflow = parsed(read('.github/workflows/release.yml'));
const world = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'me/mine',
  GITHUB_REF_NAME: `v${version}`,
};

test('nothing is published before everything is checked, and each job may do what it needs alone', () => {
  const { jobs } = workflow;
  expect(Object.entries(jobs).map(([name, { permissions, needs }]) => [name, needs, permissions])).toEqual([
    ['check', undefined, undefined],
    ['npm', 'check', { contents: 'read', 'id-token': 'write' }],
    ['image', 'check', { contents: 'read', packages: 'write' }],
    ['schema', ['npm', 'image'], { contents: 'write' }],
  ]);
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  expect(read('.github/workflows/release.yml')).not.toMatch(/secrets\./);
});

test('a tag of another version is refused', async () => {
  await using cwd = await scratch();
  await copyFile(join(root, 'package.json'), join(cwd.path, 'package.json'));
  const step = (tag: string) =>
    runStep(workflow, 'the tag is the version', cwd.path, {}, { ...world, GITHUB_REF_NAME: tag });
  expect(await step(`v${version}`)).toEqual({ code: 0, output: '' });
  expect(await step('v9.9.9')).toMatchObject({
    code: 1,
    output: expect.stringContaining('v9.9.9') as string,
  });
});

test.each([
  ['v1.2.3', 'publish --provenance --access public --tag latest\n'],
  ['v1.2.3-rc.1', 'publish --provenance --access public --tag next\n'],
])('%s is published with its provenance', async (tag, asked) => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'npm'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const env = { ...world, GITHUB_REF_NAME: tag, PATH: `${cwd.path}:${process.env['PATH']!}` };
  expect(await runStep(workflow, 'publish', cwd.path, {}, env)).toEqual({ code: 0, output: asked });
});

test('the package says where it comes from, and the schema where it is', async () => {
  await using cwd = await scratch();
  await mkdir(join(cwd.path, 'suites'));
  for (const name of ['package.json', 'suites/suite.schema.json'])
    await copyFile(join(root, name), join(cwd.path, name));
  expect((await runStep(workflow, 'say where the package comes from', cwd.path, {}, world)).code).toBe(0);
  expect(JSON.parse(await readFile(join(cwd.path, 'package.json'), 'utf8'))).toMatchObject({
    repository: { type: 'git', url: 'git+https://github.com/me/mine.git' },
  });
  expect((await runStep(workflow, 'give the schema its address', cwd.path, {}, world)).code).toBe(0);
  const schema = JSON.parse(await readFile(join(cwd.path, 'suite.schema.json'), 'utf8')) as { $id: string };
  expect(schema).toEqual({
    ...(JSON.parse(read('suites/suite.schema.json')) as object),
    $id: `https://github.com/me/mine/releases/download/v${version}/suite.schema.json`,
  });
});

test.each([
  ['v1.2.3', 'release create v1.2.3 suite.schema.json --verify-tag --generate-notes'],
  ['v1.2.3-rc.1', 'release create v1.2.3-rc.1 suite.schema.json --verify-tag --generate-notes --prerelease'],
])('the schema of %s is part of its release', async (tag, asked) => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'gh'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const env = { ...world, GITHUB_REF_NAME: tag, PATH: `${cwd.path}:${process.env['PATH']!}` };
  expect(await runStep(workflow, 'release', cwd.path, {}, env)).toEqual({ code: 0, output: `${asked}\n` });
});

test("the image is built from the package's contents, and runs as an unprivileged user", () => {
  const lines = read('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  const ignored = read('.dockerignore').trimEnd().split('\n');
  // By name: no .env, no results, no git history.
  expect(ignored).toEqual(
    ['*', ...copied.map((name) => `!${name}`)].sort((a, b) => ignored.indexOf(a) - ignored.indexOf(b)),
  );
  for (const name of copied) expect(readdirSync(join(root, dirname(name)))).toContain(name.split('/').at(-1));
  for (const name of files.filter((each) => each !== 'dist')) expect(copied).toContain(name);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  expect(last.map((line) => line.split(' ')[0])).toEqual([
    'FROM',
    'COPY',
    'RUN',
    'USER',
    'WORKDIR',
    'VOLUME',
    'ENTRYPOINT',
    'CMD',
  ]);
  expect(last).toContain('USER node');
  expect(lines.filter((line) => /^(?:ADD|ARG|ENV) /.test(line))).toEqual([]);
});
