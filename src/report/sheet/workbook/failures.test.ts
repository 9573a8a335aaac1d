import { beforeAll, describe, expect, test } from 'vitest';
import type { RequestRow } from '../../../journal/request-columns.ts';
import { bytesOf, exported, rowsOf } from '../testing/runs.ts';
import { cellsOf, elements, parseXml, partsOf, sheetPath } from '../testing/workbook.ts';
import { columnAt } from './model-charts.ts';
import { writeWorkbook } from './write-workbook.ts';

/** These prompts get no answer. */
function failing(rows: readonly RequestRow[], model: string, prompts: number): RequestRow[] {
  const none = {
    valid: undefined,
    ttft_ms: undefined,
    e2e_latency_ms: undefined,
    completion_tokens: undefined,
  };
  return rows.map((row) =>
    row.model === model && Number(row.prompt_id.slice(1)) <= prompts
      ? { ...row, ...none, status: 'timeout' }
      : row,
  );
}

/** Of twelve prompts, one fails for `shaky`, and six for `broken`. */
const rows = failing(failing(rowsOf({ sound: 400, shaky: 500, broken: 100 }), 'shaky', 1), 'broken', 6);

describe('models that fail', () => {
  let parts: Map<string, string>;
  let summary: Map<string, string | number | boolean>;
  beforeAll(async () => {
    const older = exported(rows, { started_at: '2026-11-21T03:17:00.000Z' });
    parts = partsOf(await bytesOf(writeWorkbook([exported(rows), older])));
    summary = cellsOf(parts, 'Summary');
  });
  const lines = (column: string): unknown[] => [6, 7, 8].map((line) => summary.get(`${column}${line}`));

  /** Format of the number in a cell. */
  const formatOf = (sheet: string, name: string): string => {
    const styles = parseXml(parts.get('xl/styles.xml')!);
    const cells = elements(parseXml(parts.get(sheetPath(parts, sheet))!), 'c');
    const style = Number(cells.find(({ attributes }) => attributes['r'] === name)!.attributes['s']);
    const id = elements(styles, 'cellXfs')[0]!.children[style]!.attributes['numFmtId'];
    const format = elements(styles, 'numFmt').find(({ attributes }) => attributes['numFmtId'] === id);
    return format!.attributes['formatCode']!;
  };

  test('come after those that are ranked, without a rank', () => {
    expect(lines('A')).toEqual(['sound', 'shaky', 'broken']);
    expect(lines('E')).toEqual([1, 2, undefined]);
  });

  test('have their figures marked as bounds where these rest on a failure', () => {
    const geomean = [...summary].find(([, head]) => head === 'E2E geomean')![0].slice(0, -1);
    expect(formatOf('Summary', `${geomean}6`)).not.toContain('≥');
    expect(formatOf('Summary', `${geomean}7`)).toContain('"≥ "');
  });

  test('have them marked in the history, too', () => {
    const history = cellsOf(parts, 'History');
    const [column] = [...history].find(([, head]) => head === 'value')!;
    const line = (model: string): string =>
      [...history]
        .find(
          ([cell, value]) =>
            value === model && history.get(cell.replace(/^[A-Z]+/, 'E')) === 'e2e_latency_ms',
        )![0]
        .replace(/^[A-Z]+/, column.slice(0, -1));
    expect(formatOf('History', line('sound'))).not.toContain('≥');
    expect(formatOf('History', line('shaky'))).toContain('"≥ "');
  });

  test('have no bar among the latencies when they are not ranked, and the sheet says so', () => {
    const latency = parseXml(parts.get('xl/charts/chart1.xml')!);
    const names = elements(elements(latency, 'c:cat')[0]!, 'c:v').map(({ text }) => text);
    expect(names).toEqual(['shaky (at least)', 'sound']);
    const tokens = parseXml(parts.get('xl/charts/chart3.xml')!);
    expect(elements(elements(tokens, 'c:cat')[0]!, 'c:v')).toHaveLength(3);
    expect([...summary.values()]).toContain('Not ranked, and not among the latencies: broken (50 % failed).');
  });

  test('have no point in the lines over runs: a bound is none', () => {
    const overRuns = [...parts.values()].filter((xml) => xml.includes('over runs</a:t>'));
    expect(overRuns).toHaveLength(3);
    for (const xml of overRuns) {
      const names = elements(parseXml(xml), 'c:tx').flatMap((name) => elements(name, 'c:v'));
      expect(names.map(({ text }) => text)).toEqual(['sound']);
    }
  });
});

test('runs in which nothing succeeded have a workbook without lines', async () => {
  const none = failing(rowsOf({ broken: 100 }), 'broken', 12);
  const runs = [exported(none), exported(none, { started_at: '2026-11-21T03:17:00.000Z' })];
  const parts = partsOf(await bytesOf(writeWorkbook(runs)));
  expect([...parts.values()].some((xml) => xml.includes('over runs</a:t>'))).toBe(false);
  expect(cellsOf(parts, 'Summary').get('A6')).toBe('broken');
});

test('a chart starts at the first column that is free', () => {
  expect(columnAt(0, [10, 10])).toBe(0);
  expect(columnAt(75, [10, 10])).toBe(1);
  expect(columnAt(76, [10, 10])).toBe(2);
  expect(columnAt(151, [10, 10])).toBe(3);
});
