import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { RequestRow } from '../../journal/request-columns.ts';
import { aliasSets } from './aliases.ts';
import { csv } from './csv-format.ts';
import type { ExportedRun, ExportOptions } from './sheet-format.ts';
import { localeNamed } from './locales.ts';
import { exported, hostile, row, rowsOf, textOf } from './testing/runs.ts';

const write = (runs: readonly ExportedRun[], options: ExportOptions = {}): Promise<string> =>
  textOf(csv.write(runs, options));
const columns = (...names: string[]): ExportOptions => ({ columns: names });

function records(text: string): Record<string, string>[] {
  return parse(text, { bom: true, columns: true });
}

test('a file begins with the mark of UTF-8 and ends its lines as spreadsheets do', async () => {
  const text = await write([exported([row()])], columns('model', 'ttft_ms'));
  expect(text).toBe('\ufeffmodel,ttft_ms\r\nkimi,210.500\r\n');
});

test('a German file has semicolons and decimal commas, and quotes no number', async () => {
  const rows = [row({ queue_ms: -5.25, tags: ['a', 'b'], answer_preview: 'ja, gut' })];
  const text = await write([exported(rows)], {
    ...columns('ttft_ms', 'queue_ms', 'tags', 'answer_preview'),
    locale: localeNamed('de'),
  });
  expect(text).toBe('\ufeffttft_ms;queue_ms;tags;answer_preview\r\n210,500;-5,250;"a;b";"ja, gut"\r\n');
});

test('day and hour of sending follow the instant; one that was never sent counts when it was due', async () => {
  const unsent = { scheduled_at: '2026-11-23T00:30:00.000Z', started_at: undefined };
  const text = await write([exported([row(), row(unsent)])]);
  expect(text.split('\r\n')[0]).toContain(',started_at,date,hour_utc,');
  expect(records(text).map(({ started_at, date, hour_utc }) => [started_at, date, hour_utc])).toEqual([
    ['2026-11-22T03:17:00.125Z', '2026-11-22', '3'],
    ['', '2026-11-23', '0'],
  ]);
});

test('what was not measured is an empty cell', async () => {
  const text = await write(
    [exported([row({ ttft_ms: undefined, passed: undefined })])],
    columns('ttft_ms', 'passed', 'model'),
  );
  expect(text).toContain('\r\n,,kimi\r\n');
});

test('text that looks like a formula is escaped and nothing else is changed', async () => {
  const rows = hostile.map((answer_preview) => row({ answer_preview }));
  const texts = records(await write([exported(rows)], columns('answer_preview'))).map(
    (cells) => cells['answer_preview']!,
  );
  expect(texts.map((text) => text.replace(/^'/, '')).map((text) => Buffer.from(text))).toEqual(
    hostile.map((text) => Buffer.from(text)),
  );
  expect(texts.filter((text) => text.startsWith("'"))).toHaveLength(11);
});

test('a text holds together wherever a reader may part cells or lines', async () => {
  const rows = ['a;b', 'a,b', 'a\tb', 'a\nb', 'a\rb', 'a"b'].map((answer_preview) => row({ answer_preview }));
  const text = await write([exported(rows)], { ...columns('answer_preview'), locale: localeNamed('de') });
  expect(text.split('\r\n').slice(1, -1)).toEqual(['"a;b"', '"a,b"', '"a\tb"', '"a\nb"', '"a\rb"', '"a""b"']);
});

test('several runs are in one table under one header', async () => {
  const runs = ['first', 'second'].map((run_id) => exported([row({ run_id }), row({ run_id })]));
  const text = await write(runs, columns('run_id'));
  expect(text).toBe('\ufeffrun_id\r\nfirst\r\nfirst\r\nsecond\r\nsecond\r\n');
});

test('an alias renames the head and keeps the figures', async () => {
  const aiperf = aliasSets.find(({ name }) => name === 'aiperf')!;
  const text = await write([exported([row()])], {
    ...columns('model', 'ttft_ms', 'tpot_ms'),
    aliases: aiperf,
  });
  expect(text).toBe('\ufeffmodel,time_to_first_token,tpot_ms\r\nkimi,210.500,\r\n');
});

test('models and pairs say which run they belong to, and when it began', async () => {
  const run = exported(rowsOf({ kimi: 400, glm: 1200 }));
  const [model] = records(await write([run], { table: 'models' }));
  expect(model).toMatchObject({
    run_id: '20261122T031700Z-abcdef',
    date: '2026-11-22',
    hour_utc: '3',
    model: 'kimi',
  });
  const pairs = records(await write([run], { table: 'pairs' }));
  expect(pairs.find(({ metric }) => metric === 'e2e_latency_ms')).toMatchObject({
    run_id: '20261122T031700Z-abcdef',
    suite: 'smoke',
    model_a: 'glm',
    model_b: 'kimi',
    verdict: 'faster',
  });
});

test('requests are written without a summary being made', async () => {
  const run: ExportedRun = { rows: () => [row()], summarized: () => Promise.reject(new Error('not needed')) };
  expect(await write([run], columns('model'))).toBe('\ufeffmodel\r\nkimi\r\n');
});

test('rows pass through: no more are read than were taken', async () => {
  let read = 0;
  function* many(): Generator<RequestRow> {
    for (; ; read++) yield row();
  }
  const endless: ExportedRun = { rows: many, summarized: () => Promise.reject(new Error('not needed')) };
  let pieces = 0;
  for await (const piece of csv.write([endless], columns('model'))) {
    expect(piece.length).toBeLessThan(100_000);
    if (++pieces === 10) break;
  }
  expect(read).toBeLessThan(10_000);
});
