import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { lockRun } from './lock.ts';

const lockOf = (folder: string): string => join(folder, '.lock');
const held = (pid: number, host = hostname()): string => JSON.stringify({ pid, host });
const holderIn = async (folder: string): Promise<unknown> =>
  JSON.parse(await readFile(lockOf(folder), 'utf8')) as unknown;

test('a run is written by one at a time, and given back', async () => {
  await using scratch = await scratchFolder();
  const lock = await lockRun(scratch.path);
  await expect(lockRun(scratch.path)).rejects.toThrow(UserError);
  await expect(lockRun(scratch.path)).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
  await lock.release();
  expect(existsSync(lockOf(scratch.path))).toBe(false);
  await (await lockRun(scratch.path)).release();
});

test('of many that want it at the same time, one gets it', async () => {
  await using scratch = await scratchFolder();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(scratch.path)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the lock of a process that is gone counts for nothing', async () => {
  await using scratch = await scratchFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(lockOf(scratch.path), held(pid));
  const lock = await lockRun(scratch.path);
  expect(await holderIn(scratch.path)).toMatchObject({ pid: process.pid, host: hostname() });
  await lock.release();
});

test('nor does that of one that had our own process id, as in a container that was started again', async () => {
  await using scratch = await scratchFolder();
  await writeFile(lockOf(scratch.path), held(process.pid));
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(scratch.path)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('nor does that of one that was killed while it took over another', async () => {
  await using scratch = await scratchFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const lock = lockOf(scratch.path);
  for (const path of [lock, `${lock}.takeover`, `${lock}.takeover.takeover`])
    await writeFile(path, held(pid));
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(scratch.path)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  expect(await readdir(scratch.path)).toEqual(['.lock']);
  expect(await holderIn(scratch.path)).toMatchObject({ pid: process.pid, host: hostname() });
});

test('while another one takes it over, it is held', async () => {
  await using scratch = await scratchFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(lockOf(scratch.path), held(pid));
  await writeFile(`${lockOf(scratch.path)}.takeover`, held(process.ppid));
  await expect(lockRun(scratch.path)).rejects.toThrow('is being written by another gatebench');
  expect(await readFile(lockOf(scratch.path), 'utf8')).toBe(held(pid));
});

test('a folder that cannot be written to is refused by its name', async () => {
  await using scratch = await scratchFolder();
  const none = join(scratch.path, 'none');
  await expect(lockRun(none)).rejects.toThrow(UserError);
  await expect(lockRun(none)).rejects.toThrow(`${none} cannot be written: ENOENT`);
});

test('of a process on another machine nothing is known, so its lock holds', async () => {
  await using scratch = await scratchFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  await writeFile(lockOf(scratch.path), held(pid, 'elsewhere'));
  await expect(lockRun(scratch.path)).rejects.toThrow(
    `(process ${pid} on elsewhere). Wait for it to end. If you are sure that it is gone, delete ${lockOf(scratch.path)} and ${lockOf(scratch.path)}.takeover.`,
  );
});

test('a lock that a kill left unwritten counts for nothing', async () => {
  await using scratch = await scratchFolder();
  await writeFile(lockOf(scratch.path), '');
  await (await lockRun(scratch.path)).release();
});

test.each([
  'null',
  '5',
  '"x"',
  '[]',
  '{}',
  JSON.stringify({ pid: 'x', host: hostname() }),
  JSON.stringify({ pid: 0, host: hostname() }),
  JSON.stringify({ pid: -1, host: hostname() }),
  JSON.stringify({ pid: 1, host: 'elsewhere', beatMs: 'x' }),
])('nor does one that does not say whose it is: %s', async (text) => {
  await using scratch = await scratchFolder();
  await writeFile(lockOf(scratch.path), text);
  await (await lockRun(scratch.path)).release();
});

test('giving back twice does no harm', async () => {
  await using scratch = await scratchFolder();
  const lock = await lockRun(scratch.path);
  await lock.release();
  await lock.release();
});

/** A lock of another machine that was last renewed this long ago, by the clock of the file system. */
async function leased(folder: string, ageMs: number): Promise<void> {
  await writeFile(lockOf(folder), JSON.stringify({ pid: 1, host: 'elsewhere', start: 'x', beatMs: 10_000 }));
  const at = new Date(Date.now() - ageMs);
  await utimes(lockOf(folder), at, at);
}

test.each([
  [0, true],
  [50_000, true],
  [70_000, false],
])('the lease of another machine, renewed %i ms ago, holds: %s', async (ageMs, holds) => {
  await using scratch = await scratchFolder();
  await leased(scratch.path, ageMs);
  if (holds) await expect(lockRun(scratch.path)).rejects.toThrow('its lock expires within 60 s');
  else await (await lockRun(scratch.path)).release();
});

test('of many that find a lease run out, one gets the run', async () => {
  await using scratch = await scratchFolder();
  await leased(scratch.path, 3_600_000);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockRun(scratch.path)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a holder renews its lease for as long as it has the run', async () => {
  await using scratch = await scratchFolder();
  const lock = await lockRun(scratch.path, 5);
  const old = new Date(0);
  await utimes(lockOf(scratch.path), old, old);
  await vi.waitFor(async () => expect((await stat(lockOf(scratch.path))).mtimeMs).toBeGreaterThan(1e12));
  expect(await holderIn(scratch.path)).toMatchObject({ pid: process.pid, host: hostname() });
  expect(lock.lost.aborted).toBe(false);
  await lock.release();
});

test("one whose lease was taken is notified, and leaves the other's lock alone", async () => {
  await using scratch = await scratchFolder();
  const lock = await lockRun(scratch.path, 5);
  await rm(lockOf(scratch.path));
  await writeFile(lockOf(scratch.path), held(1, 'elsewhere'));
  await vi.waitFor(() => expect(lock.lost.aborted).toBe(true));
  await lock.release();
  expect(await readFile(lockOf(scratch.path), 'utf8')).toBe(held(1, 'elsewhere'));
});
