import { execFileSync } from 'node:child_process';
import { lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch, testIo } from './testing/gatebench.ts';
import { writeStream } from './write-stream.ts';

/** Two pieces, then a failure if one is wanted. */
async function* pieces(failure?: Error): AsyncGenerator<string> {
  await Promise.resolve();
  yield 'one ';
  yield 'two';
  if (failure) throw failure;
}

test('a file appears completely or not at all, and nothing else is left', async () => {
  await using home = await scratch();
  const file = join(home.path, 'out.csv');
  await writeStream(pieces(), file, testIo(home.path));
  await expect(writeStream(pieces(new Error('broken')), file, testIo(home.path))).rejects.toThrow('broken');
  expect(await readFile(file, 'utf8')).toBe('one two');
  expect(await readdir(home.path)).toEqual(['out.csv']);
});

test('a link stays a link, and its file is replaced', async () => {
  await using home = await scratch();
  const [file, link] = [join(home.path, 'file'), join(home.path, 'link')];
  await writeFile(file, 'before, and longer');
  await symlink('file', link);
  await writeStream(pieces(), link, testIo(home.path));
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(file, 'utf8')).toBe('one two');
});

test.skipIf(process.platform === 'win32')('a pipe is written to, never replaced', async () => {
  await using home = await scratch();
  const pipe = join(home.path, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeStream(pieces(), pipe, testIo(home.path))]);
  expect(read).toBe('one two');
  expect((await lstat(pipe)).isFIFO()).toBe(true);
});
