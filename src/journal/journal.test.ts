import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { spawn } from '../base/testing/programs.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import type { AnswerLine } from './answers.ts';
import { csvHeader, csvLines } from './csv-file.ts';
import { Journal } from './journal.ts';
import { requestColumns } from './request-columns.ts';
import { setTornLineAside } from './resume.ts';
import { numbered, rowsOf } from './testing/rows.ts';

const numbersUpTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
const requests = (folder: string): string => join(folder, 'requests.csv');

async function answersOf(folder: string): Promise<AnswerLine[]> {
  const text = await readFile(join(folder, 'answers.jsonl'), 'utf8');
  expect(text.endsWith('\n') || text === '').toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AnswerLine);
}

test('two hundred at once: no row is torn, lost or written twice', async () => {
  await using scratch = await scratchFolder();
  const journal = await Journal.open(scratch.path);
  await Promise.all(
    numbersUpTo(200).map(async (n) => {
      // They come in waves, some during a write.
      for (let wait = 0; wait < n % 7; wait++) await new Promise(setImmediate);
      const { row, line } = numbered(n);
      await journal.append(row, line);
    }),
  );
  await journal.close();
  const text = await readFile(requests(scratch.path), 'utf8');
  expect(text.split('\n')).toHaveLength(1 + 200 + 1);
  const rows = await rowsOf(requests(scratch.path));
  expect(rows.toSorted((a, b) => a.repeat - b.repeat)).toEqual(numbersUpTo(200).map((n) => numbered(n).row));
  const answers = await answersOf(scratch.path);
  expect(answers.toSorted((a, b) => a.repeat - b.repeat)).toEqual(
    numbersUpTo(200).map((n) => numbered(n).line),
  );
});

test('when an append resolves, its row and its answer are in the files', async () => {
  await using scratch = await scratchFolder();
  const journal = await Journal.open(scratch.path);
  for (const n of numbersUpTo(5)) {
    const { row, line } = numbered(n);
    await journal.append(row, line);
    expect((await readFile(requests(scratch.path), 'utf8')).endsWith(csvLines(requestColumns, [row]))).toBe(
      true,
    );
    expect((await answersOf(scratch.path)).at(-1)).toEqual(line);
  }
  await journal.close();
});

test('a new file gets its header at once, and a reopened one continues after its rows', async () => {
  await using scratch = await scratchFolder();
  await (await Journal.open(scratch.path)).close();
  expect(await readFile(requests(scratch.path), 'utf8')).toBe(csvHeader(requestColumns));
  for (const n of numbersUpTo(3)) {
    const journal = await Journal.open(scratch.path);
    const { row, line } = numbered(n);
    await journal.append(row, line);
    await journal.close();
  }
  expect((await rowsOf(requests(scratch.path))).map(({ repeat }) => repeat)).toEqual([0, 1, 2]);
});

test('an append to a closed journal is refused', async () => {
  await using scratch = await scratchFolder();
  const journal = await Journal.open(scratch.path);
  await journal.close();
  const { row, line } = numbered(1);
  await expect(journal.append(row, line)).rejects.toThrow(/closed|EBADF/);
  expect(await rowsOf(requests(scratch.path))).toEqual([]);
});

test('after one refusal nothing more is taken: the line before may be torn', async () => {
  await using scratch = await scratchFolder();
  const journal = await Journal.open(scratch.path);
  const { row, line } = numbered(1);
  await journal.append(row, line);
  await expect(journal.append({ ...row, ttft_ms: NaN }, line)).rejects.toThrow('ttft_ms cannot be NaN');
  await expect(journal.append(row, line)).rejects.toThrow('ttft_ms cannot be NaN');
  await journal.close();
  expect(await rowsOf(requests(scratch.path))).toEqual([row]);
});

test('a file that is deleted under a run stops it', async () => {
  await using scratch = await scratchFolder();
  const journal = await Journal.open(scratch.path);
  await rm(requests(scratch.path));
  const { row, line } = numbered(1);
  await expect(journal.append(row, line)).rejects.toThrow('requests.csv was removed');
  await journal.close();
});

test.runIf(existsSync('/dev/full'))(
  'everybody is told that the disk is full, and no row claims an answer',
  async () => {
    await using scratch = await scratchFolder();
    await symlink('/dev/full', join(scratch.path, 'answers.jsonl'));
    const journal = await Journal.open(scratch.path);
    const outcomes = await Promise.allSettled(
      numbersUpTo(10).map((n) => journal.append(numbered(n).row, numbered(n).line)),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENOSPC' } });
    expect(await rowsOf(requests(scratch.path))).toEqual([]);
    await journal.close();
  },
);

test.runIf(existsSync('/dev/full'))('a run that cannot even write its header does not begin', async () => {
  await using scratch = await scratchFolder();
  await symlink('/dev/full', requests(scratch.path));
  await expect(Journal.open(scratch.path)).rejects.toThrow('ENOSPC');
});

test('a kill loses no row whose append had resolved', async () => {
  await using scratch = await scratchFolder();
  const appender = join(import.meta.dirname, 'testing', 'appender.ts');
  const child = spawn(process.execPath, [appender, scratch.path], { cwd: scratch.path });
  const exited = once(child, 'exit');
  const acknowledged: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(Number(line));
    if (acknowledged.length === 200) child.kill('SIGKILL');
  }
  await exited;
  await setTornLineAside(scratch.path);
  const kept = new Set((await rowsOf(requests(scratch.path))).map(({ repeat }) => repeat));
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  const shown = new Set((await answersOf(scratch.path)).map(({ repeat }) => repeat));
  expect([...kept].filter((n) => !shown.has(n))).toEqual([]);
});
