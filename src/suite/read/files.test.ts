import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../testing/temp-suite.ts';
import { readFiles, type FileRead } from './files.ts';

async function readOne(folder: string, name: string): Promise<FileRead> {
  const files = await readFiles(folder, 'label', [name]);
  return files.get(name)!;
}

const problem = (text: string): FileRead => ({ ok: false, problem: text });

test('a file is known by the folder that the user named', async () => {
  await using folder = await tempFolder({ 'prompts/a.md': '\ufeffone\r\ntwo\r\n' });
  expect(await readOne(folder.path, 'prompts/a.md')).toEqual({
    ok: true,
    source: { name: join('label', 'prompts', 'a.md'), text: 'one\ntwo\n' },
  });
});

test('a way down and up again that ends inside is fine', async () => {
  await using folder = await tempFolder({ 'a.md': 'x', 'sub/b.md': 'y' });
  expect(await readOne(folder.path, 'sub/../a.md')).toMatchObject({ ok: true });
});

test.each(['../secret', '../../etc/passwd', 'a/../../secret', '..', '..'])('%s climbs out', async (name) => {
  await using folder = await tempFolder({ 'home/x': '', secret: 'key' });
  expect(await readOne(join(folder.path, 'home'), name)).toEqual(
    problem('lies outside the folder of the suite'),
  );
});

test.each(['/etc/passwd', 'C:\\secret', '\\\\host\\share'])('%s is not relative', async (name) => {
  await using folder = await tempFolder({});
  expect(await readOne(folder.path, name)).toEqual(problem('must be given relative to the suite'));
});

test('a link may lead anywhere inside the folder, and nowhere else', async () => {
  await using folder = await tempFolder({ 'home/real.md': 'inside', 'home2/secret': 'key', secret: 'key' });
  const home = join(folder.path, 'home');
  await symlink('real.md', join(home, 'inside'));
  await symlink('../secret', join(home, 'outside'));
  await symlink('../home2', join(home, 'beside'));
  await symlink('loop', join(home, 'loop'));
  const out = problem('is a link that points outside the folder of the suite');
  expect(await readOne(home, 'inside')).toMatchObject({ ok: true, source: { text: 'inside' } });
  expect(await readOne(home, 'outside')).toEqual(out);
  expect(await readOne(home, 'beside/secret')).toEqual(out);
  expect(await readOne(home, 'loop')).toEqual(problem("can't be read (ELOOP)"));
});

test('the folder of the suite may itself be reached through a link', async () => {
  await using folder = await tempFolder({ 'home/a.md': 'x' });
  await symlink('home', join(folder.path, 'link'));
  expect(await readOne(join(folder.path, 'link'), 'a.md')).toMatchObject({ ok: true });
});

test('a missing file names its neighbor', async () => {
  await using folder = await tempFolder({ 'data/tickets.csv': 'x' });
  expect(await readOne(folder.path, 'data/ticket.csv')).toEqual(
    problem('does not exist; did you mean "tickets.csv"?'),
  );
  expect(await readOne(folder.path, 'nowhere/at/all')).toEqual(problem('does not exist'));
});

test('folders, pipes and names that are none', async () => {
  await using folder = await tempFolder({});
  await mkdir(join(folder.path, 'sub'));
  execFileSync('mkfifo', [join(folder.path, 'pipe')]);
  expect(await readOne(folder.path, 'sub')).toEqual(problem('is a folder, not a file'));
  expect(await readOne(folder.path, '.')).toMatchObject({ ok: false });
  expect(await readOne(folder.path, 'pipe')).toEqual(problem('is not a regular file'));
  expect(await readOne(folder.path, 'a\0b')).toEqual(problem("can't be the name of a file"));
  expect(await readOne(folder.path, 'x'.repeat(5000))).toEqual(problem("can't be read (ENAMETOOLONG)"));
});

test('a file of more than 20 MB is not read', async () => {
  await using folder = await tempFolder({ 'large.md': '' });
  await truncate(join(folder.path, 'large.md'), 20_000_001);
  expect(await readOne(folder.path, 'large.md')).toEqual(problem('is larger than 20 MB'));
});

test('bytes that are not UTF-8 are refused, with the line', async () => {
  await using folder = await tempFolder({});
  await writeFile(join(folder.path, 'latin1'), Buffer.from('one\ntwo\nGr\xfc\xdfe\n', 'latin1'));
  expect(await readOne(folder.path, 'latin1')).toEqual(
    problem('is not UTF-8 (first wrong byte in line 3); save it as UTF-8'),
  );
});
