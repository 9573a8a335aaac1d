import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch, testIo } from './testing/gatebench.ts';
import { writeOut } from './write-out.ts';
import { writeStream } from './write-stream.ts';

// eslint-disable-next-line @typescript-eslint/require-await
async function* pieces(): AsyncGenerator<string> {
  yield 'a';
}

const ways: [string, (path: string) => Promise<void>][] = [
  ['at once', (path) => writeOut('a', path, testIo('.'))],
  ['piece by piece', (path) => writeStream(pieces(), path, testIo('.'))],
];

test.each(ways)(
  'what cannot be written %s is reported with what to do, and nothing is left behind',
  async (_, write) => {
    await using home = await scratch();
    const missing = join(home.path, 'none');
    await expect(write(join(missing, 'a.md'))).rejects.toThrow(
      `a.md cannot be written: the folder ${missing} does not exist. Create it first.`,
    );
    const folder = join(home.path, 'folder');
    await mkdir(folder);
    await expect(write(folder)).rejects.toThrow(
      /folder cannot be written: it is a folder. Name a file in it/,
    );
    expect(await readdir(home.path)).toEqual(['folder']);
  },
);

test.each(ways)('what a run has measured is never written over %s', async (_, write) => {
  await using home = await scratch();
  const run = join(home.path, 'run');
  await mkdir(run);
  await writeFile(join(run, 'run.json'), '{}');
  await writeFile(join(run, 'requests.csv'), 'paid for');
  await symlink(join(run, 'requests.csv'), join(home.path, 'mine.csv'));
  for (const path of [join(run, 'requests.csv'), join(home.path, 'mine.csv'), join(run, 'answers.jsonl')])
    await expect(write(path)).rejects.toThrow(/holds measurements of a run and is never overwritten/);
  expect(await readFile(join(run, 'requests.csv'), 'utf8')).toBe('paid for');
  expect((await readdir(run)).sort()).toEqual(['requests.csv', 'run.json']);
  await write(join(run, 'models.csv'));
  await write(join(home.path, 'requests.csv'));
  expect(await readFile(join(home.path, 'requests.csv'), 'utf8')).toBe('a');
});
