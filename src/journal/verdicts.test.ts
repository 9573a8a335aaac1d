import { appendFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { FolderSink } from './folder-sink.ts';
import { requestColumns, type RequestRow } from './request-columns.ts';
import { csvFile } from './csv-file.ts';
import { readRequests } from './read-journal.ts';
import { setTornLineAside, settleVerdicts } from './resume.ts';
import { MemorySink } from './sink.ts';
import { manifestOf } from './testing/manifest.ts';
import { numbered, rowsOf } from './testing/rows.ts';
import { verdictCells, VerdictLog } from './verdicts.ts';

const rows = [1, 2, 3].map((n) => ({ ...numbered(n).row, event_id: `event-${n}` }));
const failed = {
  passed: false,
  score: 0.5,
  failedChecks: ['json', 'not-contains'],
  reasons: ['not JSON; no', '"a" is in "a"'],
};
const checked: RequestRow[] = [
  { ...rows[0]!, passed: true, score: 1 },
  rows[1]!,
  {
    ...rows[2]!,
    passed: false,
    score: 0.5,
    failed_checks: ['json', 'not-contains'],
    check_why: ['not JSON, no', '"a" is in "a"'],
  },
];

/** A run of three answers. The first and the third are checked. */
async function checkedRun(folder: string): Promise<void> {
  await writeFile(join(folder, 'requests.csv'), csvFile(requestColumns, rows));
  const log = new VerdictLog(folder);
  const passed = { passed: true, score: 1, failedChecks: [], reasons: [] };
  await Promise.all([
    log.append({ event_id: 'event-1', ...verdictCells(passed, 'full') }),
    log.append({ event_id: 'event-3', ...verdictCells(failed, 'full') }),
  ]);
  await log.close();
}

test('readers see a verdict in its row wherever it is stored', async () => {
  await using scratch = await scratchFolder();
  await checkedRun(scratch.path);
  expect(await rowsOf(join(scratch.path, 'requests.csv'))).toEqual(rows);
  expect(await Array.fromAsync(readRequests(scratch.path))).toEqual(checked);
  await settleVerdicts(scratch.path);
  expect(await rowsOf(join(scratch.path, 'requests.csv'))).toEqual(checked);
  expect(await Array.fromAsync(readRequests(scratch.path))).toEqual(checked);
  expect(await readdir(scratch.path)).toEqual(['requests.csv']);
});

test('a kill between the two steps of moving them changes nothing', async () => {
  await using scratch = await scratchFolder();
  await checkedRun(scratch.path);
  const beside = await readFile(join(scratch.path, 'verdicts.csv'));
  await settleVerdicts(scratch.path);
  await writeFile(join(scratch.path, 'verdicts.csv'), beside);
  expect(await Array.fromAsync(readRequests(scratch.path))).toEqual(checked);
  await settleVerdicts(scratch.path);
  expect(await rowsOf(join(scratch.path, 'requests.csv'))).toEqual(checked);
});

test('a torn verdict is none, and the next one begins a line of its own', async () => {
  await using scratch = await scratchFolder();
  await checkedRun(scratch.path);
  await appendFile(join(scratch.path, 'verdicts.csv'), 'event-2,fal');
  expect(await Array.fromAsync(readRequests(scratch.path))).toEqual(checked);
  expect(await setTornLineAside(scratch.path)).toBe('event-2,fal'.length);
  const log = new VerdictLog(scratch.path);
  await log.append({ event_id: 'event-2', ...verdictCells(failed, 'full') });
  await log.close();
  expect((await Array.fromAsync(readRequests(scratch.path)))[1]).toMatchObject({ passed: false, score: 0.5 });
});

test('a run without verdicts has no file of them, and its rows are not rewritten', async () => {
  await using scratch = await scratchFolder();
  // From an older version: its missing columns do not matter here.
  const text = csvFile(requestColumns.slice(0, -2), rows);
  await writeFile(join(scratch.path, 'requests.csv'), text);
  await new VerdictLog(scratch.path).close();
  await settleVerdicts(scratch.path);
  expect(await readFile(join(scratch.path, 'requests.csv'), 'utf8')).toBe(text);
  expect(await readdir(scratch.path)).toEqual(['requests.csv']);
});

test('reasons are kept only where answers may be, and never with a secret', async () => {
  const { check_why, ...cells } = verdictCells(failed, 'none');
  expect(check_why).toBeUndefined();
  expect(cells).toEqual({ passed: false, score: 0.5, failed_checks: ['json', 'not-contains'] });
  const leaky = { ...failed, reasons: ['"x" is not in "my key is sk-123456"', ''] };
  const verdict = { event_id: 'e', ...verdictCells(leaky, 'preview') };
  const redact = (text: string): string => text.replaceAll('sk-123456', '[redacted]');
  await using scratch = await scratchFolder();
  const folder = join(scratch.path, 'run');
  for (const sink of [new FolderSink(folder), new MemorySink()]) {
    await sink.begin(manifestOf(), redact);
    await sink.append({ ...rows[0]!, event_id: 'e' }, numbered(1).line);
    await sink.addVerdict(verdict);
    await sink.end();
    const [row] = await Array.fromAsync(sink.rows());
    expect(row?.check_why?.[0]).toBe('"x" is not in "my key is [redacted]"');
    if (sink instanceof FolderSink) await sink.close();
  }
});

test('a row that was damaged meanwhile is left out when the verdicts move, and the file as it was is kept', async () => {
  await using scratch = await scratchFolder();
  await checkedRun(scratch.path);
  const path = join(scratch.path, 'requests.csv');
  const damaged = (await readFile(path, 'utf8')).replace('event-1', 'event-l');
  await writeFile(path, damaged);
  await settleVerdicts(scratch.path);
  expect(await rowsOf(path)).toEqual(checked.slice(1));
  expect(await readFile(`${path}.damaged`, 'utf8')).toBe(damaged);
});
