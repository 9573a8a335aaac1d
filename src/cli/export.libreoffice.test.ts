import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Column } from '../base/column.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import {
  opened,
  recordsOf,
  withoutLibreOffice,
  type Records,
  type Sheets,
} from '../report/sheet/testing/libre-office.ts';
import { hostile, row, rowsOf } from '../report/sheet/testing/runs.ts';
import { type RequestRow, rowColumns } from '../journal/request-columns.ts';
import { modelColumns } from '../analysis/summary-columns.ts';
import { gatebench, onlyRun, suites } from './testing/gatebench.ts';
import { writeRun } from './testing/run-folder.ts';

/** LibreOffice is slow. */
const patience = 180_000;

const csvRecords = async (path: string): Promise<Records> =>
  parse(await readFile(path, 'utf8'), { columns: true });

/** A cell of LibreOffice in the column's unit: shares are given as percent there. */
function numberIn(cell: string): number {
  return cell.endsWith('%') ? Number(cell.slice(0, -1)) / 100 : Number(cell);
}

/** Fails if a cell of the sheet differs from that of the file. */
function expectSame(sheet: Records, file: Records, columns: readonly Column[]): void {
  expect(sheet).toHaveLength(file.length);
  for (const [index, expected] of file.entries())
    for (const { name, kind } of columns) {
      const [cell, wanted] = [sheet[index]![name]!, expected[name]!];
      const where = `${name} of line ${index + 2}`;
      if (wanted === '' || kind === 'text' || kind === 'list') expect(cell, where).toBe(wanted);
      else if (kind === 'boolean') expect(cell.toLowerCase(), where).toBe(wanted);
      else if (kind === 'number') expect(Math.abs(numberIn(cell) - Number(wanted)), where).toBeLessThan(6e-4);
      else
        expect(Math.abs(Date.parse(`${cell.replace(' ', 'T')}Z`) - Date.parse(wanted)), where).toBeLessThan(
          1001,
        );
    }
}

if (withoutLibreOffice !== undefined) console.warn(`Skipped: ${withoutLibreOffice}.`);

describe.skipIf(withoutLibreOffice !== undefined)('exports opened in LibreOffice', () => {
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  beforeAll(async () => {
    scratch = await scratchFolder();
  });
  afterAll(() => scratch[Symbol.asyncDispose]());

  test('the workbook of a real run holds the figures of its files', { timeout: patience }, async () => {
    const home = scratch.path;
    const demo = [
      'run',
      join(suites, 'smoke.yaml'),
      '--route',
      'demo',
      '--repeat',
      '1',
      '--prompts',
      'mosquito,eggs,sky,capital',
    ];
    expect(await gatebench(demo, home)).toMatchObject({ code: 0 });
    expect(await gatebench(['export', 'latest', '-o', 'run.xlsx'], home)).toMatchObject({ code: 0 });
    const folder = await onlyRun(home);
    const [sheets] = (await opened([join(home, 'run.xlsx')], join(home, 'xlsx'))) as [Sheets];
    expect([...sheets.keys()].toSorted()).toEqual([
      'All figures',
      'By tag',
      'Pairs',
      'Prompts',
      'Read me',
      'Requests',
      'Summary',
    ]);
    expectSame(
      recordsOf(sheets.get('Requests')!),
      await csvRecords(join(folder, 'requests.csv')),
      rowColumns,
    );
    const models = await csvRecords(join(folder, 'models.csv'));
    expectSame(recordsOf(sheets.get('All figures')!), models, modelColumns);
    const summary = recordsOf(sheets.get('Summary')!, 4);
    for (const [index, model] of models.entries()) {
      expect(summary[index]).toMatchObject({ Model: model['model'], 'Run id': model['run_id'] });
      for (const [head, name] of [
        ['E2E geomean', 'e2e_latency_ms_geomean'],
        ['TTFT 95 % low', 'ttft_ms_geomean_ci_low'],
        ['Pass rate', 'pass_rate'],
      ] as const)
        expect(numberIn(summary[index]![head]!), head).toBeCloseTo(Number(model[name]), 3);
    }
    const pairs = await csvRecords(join(folder, 'pairs.csv'));
    expect(recordsOf(sheets.get('Pairs')!).map(({ verdict }) => verdict)).toEqual(
      pairs.map(({ verdict }) => verdict),
    );
  });

  describe.each([
    ['en', { delimiter: ',', language: 1033 }],
    ['de', { delimiter: ';', language: 1031 }],
  ] as const)('a CSV file for %s', (locale, reading) => {
    const written = [
      ...rowsOf({ kimi: 400.125, glm: 1200.5 }),
      ...hostile.slice(0, 12).map((text) => row({ answer_preview: text, queue_ms: -5.25, passed: true })),
    ];
    const ids = [
      ...['007', '1E5', '12345678901234567890', '-5', '1/2', 'MAR1', '1-2', '3/4', '1.50', '12:30'],
      ...['2026-11-22', 'true', '42', '5%', 'p1', '1.2.2026', '3-Mai', 'Dez-5'],
    ];
    let figures: Records;
    let named: Records;

    beforeAll(async () => {
      const exported = async (name: string, rows: RequestRow[], columns: string): Promise<string> => {
        const folder = await writeRun(join(scratch.path, locale, name), rows);
        const file = join(scratch.path, locale, `${name}.csv`);
        const args = ['export', folder, '-o', file, '--locale', locale, '--columns', columns];
        expect(await gatebench(args, scratch.path)).toMatchObject({ code: 0 });
        return file;
      };
      const columns =
        'model,e2e_latency_ms,queue_ms,prompt_tokens,date,hour_utc,passed,tags,answer_preview,tpot_ms';
      const files = [
        await exported('figures', written, columns),
        await exported(
          'ids',
          ids.map((prompt_id) => row({ prompt_id })),
          'prompt_id,e2e_latency_ms',
        ),
      ];
      const sheets = await opened(files, join(scratch.path, locale, 'csv'), reading);
      [figures, named] = sheets.map((one) => recordsOf([...one.values()][0]!)) as [Records, Records];
    }, patience);

    test('is read back with every number and text', () => {
      expect(figures).toHaveLength(written.length);
      for (const [index, record] of figures.entries()) {
        const wanted = written[index]!;
        expect(Number(record['e2e_latency_ms'])).toBe(wanted.e2e_latency_ms);
        expect(record['queue_ms']).toBe(wanted.queue_ms === undefined ? '' : '-5.25');
        expect(record).toMatchObject({
          prompt_tokens: '20',
          hour_utc: '3',
          tags: 'nightly;support',
          tpot_ms: '',
        });
        expect(Date.parse(record['date']!)).toBe(Date.parse('2026-11-22'));
        // Text that was run as a formula would have become a number, an error or another text.
        expect(record['answer_preview']!.replace(/^'/, '')).toBe(
          wanted.answer_preview!.replaceAll('\r', '\n'),
        );
      }
    });

    test('keeps ids that look like numbers, dates and truth values', () => {
      expect(named.map((record) => record['prompt_id']!.replace(/^'/, ''))).toEqual(ids);
    });
  });
});
