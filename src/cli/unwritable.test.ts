import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from './testing/gatebench.ts';
import { writeOut } from './write-out.ts';
import { writeStream } from './write-stream.ts';

// eslint-disable-next-line @typescript-eslint/require-await
async function* pieces(): AsyncGenerator<string> {
  yield 'a';
}

test.each([
  ['at once', (path: string) => writeOut('a', path)],
  ['piece by piece', (path: string) => writeStream(pieces(), path)],
])('what cannot be written %s is told with what to do, and nothing is left behind', async (_, write) => {
  await using home = await scratch();
  const missing = join(home.path, 'none');
  await expect(write(join(missing, 'a.md'))).rejects.toThrow(
    `a.md cannot be written: there is no folder ${missing}; make it first.`,
  );
  const folder = join(home.path, 'folder');
  await mkdir(folder);
  await expect(write(folder)).rejects.toThrow(/folder cannot be written: it is a folder; name a file in it/);
  expect(await readdir(home.path)).toEqual(['folder']);
});
