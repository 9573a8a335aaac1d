import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { mistake } from '../base/testing/mistake.ts';
import { createRunFolder } from './create-run-folder.ts';

test('makes the folder with all above it, and an empty journal', async () => {
  await using scratch = await scratchFolder();
  const folder = join(scratch.path, 'results', 'smoke', 'run');
  const lock = await createRunFolder(folder);
  await lock.release();
  expect(await readdir(folder)).toEqual(['requests.csv']);
  expect(await readFile(join(folder, 'requests.csv'), 'utf8')).toBe('');
});

test.each([
  ['run.json', '{}'],
  ['requests.csv', 'kept'],
])('never writes into another run, even if only %s is left of it', async (name, text) => {
  await using scratch = await scratchFolder();
  await writeFile(join(scratch.path, name), text);
  expect(await mistake(createRunFolder(scratch.path))).toBe(
    `${scratch.path} holds a run: choose another --results or --out, or continue it with --resume.`,
  );
  expect(await readFile(join(scratch.path, name), 'utf8')).toBe(text);
  expect(await readdir(scratch.path)).not.toContain('.lock');
});

test('a folder that a kill left before anything was measured is used again', async () => {
  await using scratch = await scratchFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(join(scratch.path, 'requests.csv'), '');
  await writeFile(join(scratch.path, '.lock'), JSON.stringify({ pid, host: hostname() }));
  await (await createRunFolder(scratch.path)).release();
  expect(await readdir(scratch.path)).toEqual(['requests.csv']);
});

test('of two that begin in the same folder at once, one gets it', async () => {
  await using scratch = await scratchFolder();
  const folder = join(scratch.path, 'run');
  const outcomes = await Promise.allSettled([createRunFolder(folder), createRunFolder(folder)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test.each([
  ['', 'itself'],
  ['/deeper/still', 'above it'],
])('says that a file is in the way, %s', async (below) => {
  await using scratch = await scratchFolder();
  const file = join(scratch.path, 'file');
  await writeFile(file, '');
  expect(await mistake(createRunFolder(file + below))).toContain(
    `${file}${below} cannot be a folder, because a file of that name exists`,
  );
});

test('says why a folder cannot be made', async () => {
  await using scratch = await scratchFolder();
  const folder = join(scratch.path, 'x'.repeat(300));
  expect(await mistake(createRunFolder(folder))).toMatch(
    /^the run's folder .* cannot be written: ENAMETOOLONG/,
  );
});
