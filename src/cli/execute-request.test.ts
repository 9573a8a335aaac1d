import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { match, reconciledRows } from '../diagnose/reconcile/match.ts';
import { logged, runId } from '../diagnose/reconcile/testing/log-rows.ts';
import { csvFile } from '../journal/csv-file.ts';
import { reconciledColumns } from '../journal/reconciled-columns.ts';
import { runFiles } from '../journal/run-folder.ts';
import { row } from '../report/sheet/testing/runs.ts';
import { type Finished, gatebench, scratch, type Scratch } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

const rows = [
  row({ event_id: 'aaaa-1', prompt_id: 'p1', status: 'timeout', final: false, finish_reason: undefined }),
  row({ event_id: 'aaab-2', prompt_id: 'p1', attempt: 2, gateway_log_id: 'log-2' }),
  row({ event_id: 'bbbb-3', prompt_id: 'p2' }),
  row({ event_id: 'cccc-4', prompt_id: 'p3' }),
  row({ event_id: 'cccc-44', prompt_id: 'p4' }),
];

let home: Scratch;
let folder: string;

beforeEach(async () => {
  home = await scratch();
  folder = await writeRun(home.path, rows);
  const lines = rows.map(({ event_id }) => JSON.stringify({ event_id, answer: `answer of ${event_id}` }));
  await writeFile(join(folder, runFiles.answers), `damaged\n${lines.join('\n')}\n{"event_id":"torn`);
});
afterEach(() => home[Symbol.asyncDispose]());

const show = (...args: string[]): Promise<Finished> =>
  gatebench(['report', 'latest', '--request', ...args], home.path);

test('the beginning of an id is enough if it identifies one request', async () => {
  const { code, stdout } = await show('BB');
  expect(code).toBe(0);
  expect(stdout).toContain('kimi · p2 · repeat 1 · attempt 1\n');
  expect(stdout).toContain('│ answer of bbbb-3');
});

test('a failed attempt is shown like any other, with how many there are', async () => {
  const { stdout } = await show('aaaa-1');
  expect(stdout).toContain('attempt 1 of 2');
  expect(stdout).toContain('sent again later');
});

test('a whole id means itself, though others begin so', async () => {
  expect((await show('cccc-4')).stdout).toContain('kimi · p3 ·');
});

test('several that begin so are named', async () => {
  const { code, stderr } = await show('aaa');
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /"aaa" begins the event ids of 2 requests[^]*aaaa-1 {2}kimi, p1, repeat 1, attempt 1\n.*aaab-2/,
  );
});

test.each([
  [['zz'], /"zz" is neither the beginning of an event id/],
  [[''], /--request needs a value/],
  [['a', '--request', 'b'], /given more than once/],
  [['bbbb-3', '--format', 'html'], /shown as table or json, not as html/],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await show(...args);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

test("with the gateway's row where the run was reconciled, and without its answers file", async () => {
  const found = match(rows, [logged(rows[1]!)], [runId]);
  await writeFile(
    join(folder, runFiles.reconciled),
    csvFile(reconciledColumns, reconciledRows(found, runId)),
  );
  await rm(join(folder, runFiles.answers));
  await appendFile(join(folder, runFiles.requests), 'torn');
  const { code, stdout } = await show('aaab', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    run: { run_id: runId },
    request: { event_id: 'aaab-2', attempt: 2 },
    attempts: 2,
    answer: null,
    log: { match: 'matched', log_duration_ms: 1370 },
  });
});

test.each([
  ['slowest', /kimi · p3 · repeat 1/],
  ['p2/kimi', /kimi · p2 · repeat 1/],
  ['P2/KIMI/1', /kimi · p2 · repeat 1/],
  ['p1/kimi', /kimi · p1 · repeat 1 · attempt 2 of 2/],
])('--request %s', async (which, title) => {
  const times: Record<string, number | undefined> = { 'aaaa-1': undefined, 'cccc-4': 9000 };
  folder = await writeRun(
    join(home.path, 'timed'),
    rows.map((one) => ({
      ...one,
      e2e_latency_ms: one.event_id in times ? times[one.event_id] : 100,
      ...(one.event_id === 'bbbb-3'
        ? { load_ms: 5000, prompt_eval_ms: 120, eval_ms: 800, server_queue_ms: 40 }
        : {}),
    })),
  );
  const { code, stdout, stderr } = await gatebench(['report', folder, '--request', which], home.path);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(title);
  if (title.source.includes('p2'))
    expect(stdout).toMatch(/server +queue 40(\.0)? ms · load 5(\.00)? s · prompt 120 ms · answer 800 ms/);
});

test('a prompt or model that there is not is said', async () => {
  const { code, stderr } = await show('p9/kimi');
  expect(code).toBe(2);
  expect(stderr).toContain('"p9/kimi"');
});
