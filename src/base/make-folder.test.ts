import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';
import { scratchFolder } from './testing/scratch.ts';

test('a folder is made with those around it, by several at once, and again', async () => {
  await using home = await scratchFolder();
  const deep = join(home.path, 'a', 'b', 'c');
  await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(join(home.path, 'a', 'd'))]);
  await makeFolder(deep);
  expect((await readdir(home.path, { recursive: true })).toSorted()).toEqual(['a', 'a/b', 'a/b/c', 'a/d']);
  await makeFolder('.');
});

test('a file in the way is told', async () => {
  await using home = await scratchFolder();
  const file = join(home.path, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toThrow('EEXIST');
  await expect(makeFolder(join(file, 'a', 'b'))).rejects.toThrow('ENOTDIR');
});

test.runIf(process.platform === 'linux')('where no folder can be made, it ends, and says so', async () => {
  await expect(makeFolder('/proc/none')).rejects.toThrow('ENOENT');
  await expect(makeFolder('/proc/none/below/it')).rejects.toThrow('ENOENT');
});
