import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { mistake } from '../base/testing/mistake.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { findRun, listRuns, nameTime, newRunId, readIfThere, runFiles, writeWhole } from './run-folder.ts';

const start = new Date('2026-11-22T03:17:00.999Z');

/** A folder as a run leaves it. */
async function aRun(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, runFiles.manifest), '{}');
  return folder;
}

test('a run is named by its start in UTC and six letters', () => {
  expect(newRunId(start, () => 0)).toBe('20261122T031700Z-aaaaaa');
  expect(newRunId(start, () => 0.999_999)).toBe('20261122T031700Z-zzzzzz');
});

test('names sort by time, and runs that start in the same second do not meet', () => {
  const random = seededRandom(1);
  const later = newRunId(new Date('2026-11-22T03:17:01Z'), () => 0);
  const same = Array.from({ length: 1000 }, () => newRunId(start, random));
  expect(new Set(same).size).toBe(1000);
  for (const id of same) {
    expect(id).toMatch(/^20261122T031700Z-[a-km-z]{6}$/);
    expect(id < later).toBe(true);
  }
});

test('"latest" is the newest run of any suite', async () => {
  await using scratch = await scratchFolder();
  const results = scratch.path;
  const oldest = await aRun(join(results, 'smoke', '20261120T000000Z-zzzzzz'));
  const newest = await aRun(join(results, 'mail', '20261122T000000Z-aaaaaa'));
  const middle = await aRun(join(results, 'smoke', '20261121T235959Z-mmmmmm'));
  expect(await findRun('latest', results)).toBe(newest);
  expect(await listRuns(results)).toEqual([oldest, middle, newest]);
});

test('"latest" passes over what was killed before it was a run', async () => {
  await using scratch = await scratchFolder();
  const run = await aRun(join(scratch.path, 'smoke', '20261120T000000Z-aaaaaa'));
  await mkdir(join(scratch.path, 'smoke', '20261121T000000Z-aaaaaa'));
  expect(await findRun('latest', scratch.path)).toBe(run);
});

test('other folders and files among the results are skipped', async () => {
  await using scratch = await scratchFolder();
  const run = await aRun(join(scratch.path, 'smoke', '20261120T000000Z-aaaaaa'));
  await mkdir(join(scratch.path, 'smoke', 'notes'));
  await writeFile(join(scratch.path, 'smoke', '20271120T000000Z-aaaaaa'), 'a file');
  await writeFile(join(scratch.path, 'history.csv'), '');
  expect(await listRuns(scratch.path)).toEqual([run]);
});

test('without a run, "latest" says how to make one', async () => {
  await using scratch = await scratchFolder();
  const none = join(scratch.path, 'none');
  expect(await listRuns(none)).toEqual([]);
  expect(await mistake(findRun('latest', none))).toBe(
    `there are no runs in ${none} yet. Start one with: gatebench run SUITE`,
  );
});

test('a folder that is not a run is refused by name', async () => {
  await using scratch = await scratchFolder();
  expect(await findRun(await aRun(join(scratch.path, 'run')), 'elsewhere')).toBe(join(scratch.path, 'run'));
  for (const folder of [scratch.path, join(scratch.path, 'none'), join(scratch.path, 'run', 'requests.csv')])
    expect(await mistake(findRun(folder, 'elsewhere'))).toContain(
      `${folder} is not a run: it has no run.json.`,
    );
});

test('a file is written whole, as text or as bytes, over what was there', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'models.csv');
  await writeWhole(path, 'a much longer text');
  await writeWhole(path, 'é');
  expect(await readFile(path, 'utf8')).toBe('é');
  await writeWhole(path, Uint8Array.of(0, 255));
  expect([...(await readFile(path))]).toEqual([0, 255]);
  expect(await readdir(scratch.path)).toEqual(['models.csv']);
});

test('a long text is written piece by piece, and not at all when a piece fails', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  async function* pieces(failure?: Error): AsyncGenerator<string> {
    yield 'one ';
    await Promise.resolve();
    if (failure) throw failure;
    yield 'two';
  }
  await writeWhole(path, pieces());
  expect(await readFile(path, 'utf8')).toBe('one two');
  await expect(writeWhole(path, pieces(new UserError('damaged')))).rejects.toThrow(/^damaged$/);
  expect(await readFile(path, 'utf8')).toBe('one two');
  expect(await readdir(scratch.path)).toEqual(['requests.csv']);
});

test('of many writers at once, each reader sees the whole of one', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'run.json');
  const contents = Array.from({ length: 20 }, (_, n) => String.fromCharCode(97 + n).repeat(100_000 + n));
  await writeWhole(path, contents[0]!);
  let writing = true;
  const writers = Promise.all(contents.map((content) => writeWhole(path, content))).finally(
    () => (writing = false),
  );
  const seen = new Set<string>();
  do seen.add(await readFile(path, 'utf8'));
  while (writing);
  await writers;
  expect([...seen].filter((text) => !contents.includes(text))).toEqual([]);
  expect(await readdir(scratch.path)).toEqual(['run.json']);
});

test('a file that cannot be replaced leaves nothing behind', async () => {
  await using scratch = await scratchFolder();
  await mkdir(join(scratch.path, 'report.html', 'inside'), { recursive: true });
  await expect(writeWhole(join(scratch.path, 'report.html'), 'text')).rejects.toThrow();
  expect(await readdir(scratch.path)).toEqual(['report.html']);
  const none = join(scratch.path, 'none', 'run.json');
  expect(await mistake(writeWhole(none, 'text'))).toContain(`${none} cannot be written: ENOENT`);
});

test('a file that a run lacks is not there; one that cannot be read is a fault', async () => {
  await using scratch = await scratchFolder();
  await writeFile(join(scratch.path, 'a'), 'text');
  expect(await readIfThere(join(scratch.path, 'a'))).toBe('text');
  expect(await readIfThere(join(scratch.path, 'b'))).toBeUndefined();
  await expect(readIfThere(scratch.path)).rejects.toThrow('EISDIR');
});

test.each([
  ['2026-11-22T03:17:00Z', [], '20261122T031700Z'],
  ['2026-11-22T03:17:00Z', ['20261122T031659Z-aaaaaa'], '20261122T031700Z'],
  ['2026-11-22T03:17:00Z', ['20261122T031700Z-aaaaaa'], '20261122T031700Z'],
  ['2026-11-22T03:17:00Z', ['20261231T235959Z-aaaaaa', '20261122T031659Z-bbbbbb'], '20270101T000000Z'],
  ['2026-11-22T03:17:00Z', ['20269999T999999Z-aaaaaa'], '20261122T031700Z'],
])('at %s next to %j, a run is named %s', async (now, others, stamp) => {
  await using scratch = await scratchFolder();
  for (const other of others) await mkdir(join(scratch.path, 'suite', other), { recursive: true });
  const id = newRunId(await nameTime(scratch.path, new Date(now)), () => 0.99);
  expect(id.slice(0, 16)).toBe(stamp);
});
