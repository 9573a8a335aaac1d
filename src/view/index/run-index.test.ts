import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../../cli/testing/gatebench.ts';
import { csvFile, csvHeader, csvLines } from '../../journal/csv-file.ts';
import { requestColumns, verdictColumns } from '../../journal/request-columns.ts';
import { row } from '../../report/sheet/testing/runs.ts';
import { RunIndex } from './run-index.ts';

const numbered = (n: number): ReturnType<typeof row> =>
  row({ event_id: `event-${n}`, repeat: n, answer_preview: `ü "${n}", €` });
const line = (n: number): string => csvLines(requestColumns, [numbered(n)]);

const idsOf = async (index: RunIndex): Promise<string[]> =>
  (await index.read(Array.from({ length: index.rows }, (_, place) => place))).map(({ event_id }) => event_id);

test('a file that grows is followed: no row is lost and none is there twice, wherever a look falls', async () => {
  await using home = await scratch();
  const path = join(home.path, 'requests.csv');
  const index = new RunIndex(home.path);
  await index.update();
  expect(index.rows).toBe(0);
  const bytes = Buffer.from(csvHeader(requestColumns) + [1, 2, 3, 4].map(line).join(''));
  for (let at = 0; at < bytes.length; at += 97) {
    await appendFile(path, bytes.subarray(at, at + 97));
    await Promise.all([index.update(), index.update()]);
  }
  expect(await idsOf(index)).toEqual(['event-1', 'event-2', 'event-3', 'event-4']);
  expect(index.tallies).toMatchObject([{ model: 'kimi', done: 4, failed: 0, checked: 0 }]);
});

test('a file that replaces another one is read again', async () => {
  await using home = await scratch();
  const path = join(home.path, 'requests.csv');
  await writeFile(path, csvFile(requestColumns, [1, 2, 3].map(numbered)));
  const index = new RunIndex(home.path);
  await index.update();
  await writeFile(`${path}.new`, csvFile(requestColumns, [7, 8, 9].map(numbered)));
  await rename(`${path}.new`, path);
  await index.update();
  expect(await idsOf(index)).toEqual(['event-7', 'event-8', 'event-9']);
  await rm(path);
  await index.update();
  expect(index.rows).toBe(0);
});

test('verdicts in the separate file count, and move into the rows once', async () => {
  await using home = await scratch();
  const rows = [numbered(1), numbered(2)];
  await writeFile(join(home.path, 'requests.csv'), csvFile(requestColumns, rows));
  const verdict = { event_id: 'event-2', passed: false, score: 0, failed_checks: ['contains'] };
  await writeFile(join(home.path, 'verdicts.csv'), csvFile(verdictColumns, [verdict]));
  const index = new RunIndex(home.path);
  for (let look = 0; look < 2; look++) {
    await index.update();
    expect([0, 1].map((place) => index.word('passed', place))).toEqual(['', 'false']);
    expect(index.tallies).toMatchObject([{ checked: 1, passed: 0 }]);
  }
  expect((await index.read([1]))[0]).toMatchObject({ passed: false, failed_checks: ['contains'] });
});

test('rows of a file that a spreadsheet saved are the same one by one and all at once', async () => {
  await using home = await scratch();
  const text = csvFile(requestColumns, [1, 2, 3, 4].map(numbered));
  const saved = `\ufeff${text.replaceAll('\n', '\r\n').replaceAll('true', 'TRUE').replaceAll('1300.25', '1300.3')}`;
  await writeFile(join(home.path, 'requests.csv'), saved);
  const index = new RunIndex(home.path);
  await index.update();
  const all = await index.read([0, 1, 2, 3]);
  expect(all.map(({ event_id, e2e_latency_ms }) => [event_id, e2e_latency_ms])).toEqual(
    [1, 2, 3, 4].map((n) => [`event-${n}`, 1300.3]),
  );
  const single = new RunIndex(home.path);
  await single.update();
  for (const place of [3, 1, 0, 2]) expect(await single.read([place])).toEqual([all[place]]);
});

test('a damaged row is skipped and counted once, by its line, and the others keep their places', async () => {
  await using home = await scratch();
  const path = join(home.path, 'requests.csv');
  const damaged = (n: number): string => line(n).replace('ok', 'oh');
  await writeFile(path, csvHeader(requestColumns) + line(1) + damaged(2) + line(3) + damaged(4));
  const index = new RunIndex(home.path);
  for (let look = 0; look < 3; look++) await index.update();
  expect(await idsOf(index)).toEqual(['event-1', 'event-3']);
  expect(index.state.named.map(({ line: at }) => at)).toEqual([3, 5]);
  await appendFile(path, line(5) + damaged(6) + line(7).slice(0, 40));
  for (let look = 0; look < 3; look++) await index.update();
  expect(await idsOf(index)).toEqual(['event-1', 'event-3', 'event-5']);
  await appendFile(path, line(7).slice(40));
  await index.update();
  expect(await idsOf(index)).toEqual(['event-1', 'event-3', 'event-5', 'event-7']);
  expect(index.state.named.map(({ line: at }) => at)).toEqual([3, 5, 7]);
  expect(index.state.damaged).toBe(3);
});
