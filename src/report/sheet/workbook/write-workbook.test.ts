import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../../base/user-error.ts';
import { rowColumns } from '../../../journal/request-columns.ts';
import { plainField, tableNamed } from '../tables.ts';
import { bytesOf, exported, hostile, row, rowsOf } from '../testing/runs.ts';
import { cellsOf, type Element, elements, parseXml, partsOf, sheetPath } from '../testing/workbook.ts';
import { Book } from './book.ts';
import { cellText } from './cell.ts';
import { addTableSheet } from './table-sheet.ts';
import { writeWorkbook } from './write-workbook.ts';

type Parts = Map<string, string>;

/** Every text of a hostile run: in rows, names, facts and warnings. */
const hostileRun = exported(
  [
    ...rowsOf({ '=1+1': 400, '@SUM(A1)': 1200, '<b>&': 800 }),
    ...hostile.map((text, index) =>
      row({ model: '=1+1', prompt_id: `h${index}`, answer_preview: text, error_message: text, tags: [text] }),
    ),
  ],
  {
    run_id: '=run',
    routes: [{ route: 'demo', host: '127.0.0.1:1' }],
    suite_hash: '@hash',
  },
  ['=HYPERLINK("x"): a warning.'],
);

async function partsOfRuns(...runs: Parameters<typeof writeWorkbook>[0]): Promise<Parts> {
  return partsOf(await bytesOf(writeWorkbook(runs)));
}

/** The order in the schema of charts. Excel repairs a file that violates it. */
const seriesOrder = [
  ...['c:idx', 'c:order', 'c:tx', 'c:spPr', 'c:invertIfNegative', 'c:marker', 'c:dPt', 'c:dLbls'],
  ...['c:trendline', 'c:errBars', 'c:cat', 'c:val', 'c:xVal', 'c:yVal', 'c:smooth'],
];

function expectInOrder(charts: readonly Element[]): void {
  for (const series of charts.flatMap((chart) => elements(chart, 'c:ser'))) {
    const places = series.children.map(({ name }) => seriesOrder.indexOf(name));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
}

describe('a run full of hostile texts', () => {
  let parts: Parts;
  beforeAll(async () => {
    parts = await partsOfRuns(hostileRun);
  });

  test('is XML in every part', () => {
    for (const [path, xml] of parts) expect(() => parseXml(xml), path).not.toThrow();
  });

  test('holds no formula', () => {
    const sheets = [...parts].filter(([path]) => path.startsWith('xl/worksheets/sheet'));
    expect(sheets).toHaveLength(6);
    for (const [path, xml] of sheets) expect(elements(parseXml(xml), 'f'), path).toEqual([]);
  });

  test('keeps every text, except what Excel cannot hold', () => {
    const texts = new Set([...cellsOf(parts, 'Requests').values()]);
    for (const text of hostile) expect(texts).toContain(cellText(text));
  });

  test('keeps text as text also when it is edited', () => {
    const styles = elements(parseXml(parts.get('xl/styles.xml')!), 'cellXfs')[0]!.children;
    for (const name of ['Requests', 'Summary', 'Read me']) {
      const cells = elements(parseXml(parts.get(sheetPath(parts, name))!), 'c');
      const values = cellsOf(parts, name);
      const formulas = cells.filter(({ attributes }) => String(values.get(attributes['r']!)).startsWith('='));
      expect(formulas.length, name).toBeGreaterThan(0);
      for (const { attributes } of formulas)
        expect(styles[Number(attributes['s'])]!.attributes['quotePrefix'], name).toBe('1');
    }
  });

  test('says that it is simulated, in every sheet to read and over every chart', () => {
    for (const name of ['Summary', 'Read me'])
      expect([...cellsOf(parts, name).values()].join('\n'), name).toContain('SIMULATED');
    const charts = [...parts].filter(([path]) => path.startsWith('xl/charts/'));
    expect(charts).toHaveLength(3);
    for (const [path, xml] of charts)
      expect(elements(parseXml(xml), 'a:t')[0]!.text, path).toMatch(/^SIMULATED: /);
  });
});

describe('a usual run', () => {
  let parts: Parts;
  beforeAll(async () => {
    parts = await partsOfRuns(exported(rowsOf({ kimi: 400, glm: 1200 })));
  });

  test('prints the Summary on one page: the figures that people choose by, and the charts', () => {
    const setup = elements(parseXml(parts.get(sheetPath(parts, 'Summary'))!), 'pageSetup')[0]!.attributes;
    expect([setup['fitToWidth'] ?? '1', setup['fitToHeight'] ?? '1']).toEqual(['1', '1']);
    expect(parts.get('xl/workbook.xml')).toMatch(/Print_Area"[^>]*>Summary!\$A\$1:\$[A-Z]+\$\d+</);
  });

  test('has its sheets in order, and no history', () => {
    const names = elements(parseXml(parts.get('xl/workbook.xml')!), 'sheet').map(
      ({ attributes }) => attributes['name'],
    );
    expect(names).toEqual(['Summary', 'Pairs', 'Prompts', 'All figures', 'Requests', 'Read me']);
  });

  test('says nothing of simulation', () => {
    expect([...parts.values()].join('')).not.toMatch(/simulated:/i);
  });

  test.each([
    ['Summary', { xSplit: '1', ySplit: '5' }],
    ['Pairs', { ySplit: '1' }],
    ['All figures', { ySplit: '1' }],
    ['Requests', { ySplit: '1' }],
  ])('keeps the head of %s in sight, and prints it across', (name, frozen) => {
    const sheet = parseXml(parts.get(sheetPath(parts, name))!);
    expect(elements(sheet, 'pane')[0]?.attributes).toMatchObject({ ...frozen, state: 'frozen' });
    expect(elements(sheet, 'pageSetup')[0]?.attributes).toMatchObject({ orientation: 'landscape' });
  });

  test('can be filtered by what the summary holds', () => {
    const [filter] = elements(parseXml(parts.get(sheetPath(parts, 'Summary'))!), 'autoFilter');
    expect(filter?.attributes['ref']).toMatch(/^A5:[A-Z]+7$/);
  });

  test('has its requests in a table that spans all of them', () => {
    const table = [...parts].find(([, xml]) => xml.includes('displayName="Requests"'))![1];
    const { attributes, children } = parseXml(table);
    const columns = elements(parseXml(table), 'tableColumn').map((column) => column.attributes['name']);
    expect(attributes['ref']).toMatch(/^A1:[A-Z]+25$/);
    expect(children.find(({ name }) => name === 'autoFilter')!.attributes['ref']).toBe(attributes['ref']);
    expect(columns).toEqual(expect.arrayContaining(rowColumns.map(({ name }) => name)));
    const cells = cellsOf(parts, 'Requests');
    expect(elements(parseXml(parts.get(sheetPath(parts, 'Requests'))!), 'row')).toHaveLength(25);
    expect(cells.get('A1')).toBe('run_id');
  });

  test('has typed cells: numbers, booleans, instants as days, nothing for what was not measured', () => {
    const cells = cellsOf(parts, 'Requests');
    const heads = new Map(
      [...cells].filter(([name]) => /^[A-Z]+1$/.test(name)).map(([name, head]) => [head, name.slice(0, -1)]),
    );
    const cell = (head: string): unknown => cells.get(`${heads.get(head)!}2`);
    expect(cell('e2e_latency_ms')).toBe(400);
    expect(cell('final')).toBe(true);
    expect(cell('started_at')).toBeCloseTo(46_348.1368, 4);
    expect(cell('date')).toBe(46_348);
    expect(cell('hour_utc')).toBe(3);
    expect(cell('tpot_ms')).toBeUndefined();
  });

  test('shows each interval as parts of a bar that add up to its ends', () => {
    const summary = cellsOf(parts, 'Summary');
    const charts = [...parts]
      .filter(([path]) => path.startsWith('xl/charts/'))
      .map(([, xml]) => parseXml(xml));
    expectInOrder(charts);
    const values = elements(charts[0]!, 'c:val').map((part) =>
      elements(part, 'c:v').map(({ text }) => Number(text)),
    );
    const cell = (head: string, line: number): number => {
      const [name] = [...summary].find(([at, value]) => /^[A-Z]+5$/.test(at) && value === head)!;
      return Number(summary.get(name.replace('5', String(line))));
    };
    // The first line of the sheet is the last bar.
    for (const [line, bar] of [
      [6, 1],
      [7, 0],
    ] as const) {
      const ends = values.map((_, part) => values.slice(0, part + 1).reduce((sum, of) => sum + of[bar]!, 0));
      for (const [part, head] of ['95 % low', 'geomean', '95 % high'].entries())
        expect(ends[part]).toBeCloseTo(cell(`E2E ${head}`, line), 6);
    }
  });

  test('explains every column of every sheet', () => {
    const readMe = new Set(cellsOf(parts, 'Read me').values());
    for (const name of ['Pairs', 'All figures', 'Requests']) {
      const heads = [...cellsOf(parts, name)]
        .filter(([cell]) => /^[A-Z]+1$/.test(cell))
        .map(([, head]) => head);
      expect(
        heads.filter((head) => !readMe.has(head)),
        name,
      ).toEqual([]);
    }
    const summaryHeads = [...cellsOf(parts, 'Summary')].filter(([cell]) => /^[A-Z]+5$/.test(cell));
    expect(summaryHeads.length).toBeGreaterThan(40);
    for (const [, head] of summaryHeads) expect(readMe).toContain(head);
  });

  test('says where it came from, and does not show headers', () => {
    const text = [...cellsOf(parts, 'Read me').values()].join('\n');
    for (const fact of [
      '20261122T031700Z-abcdef',
      'gateway.example',
      'seed 42',
      'openai 7.57.0',
      'a processor',
    ])
      expect(text).toContain(fact);
    expect([...parts.values()].join('')).not.toContain('hunter2');
  });

  test('is the same file for the same run', async () => {
    const write = (): Promise<Uint8Array> =>
      bytesOf(writeWorkbook([exported(rowsOf({ kimi: 400, glm: 1200 }))]));
    expect(Buffer.compare(await write(), await write())).toBe(0);
    expect(parts.get('docProps/core.xml')).toContain('>2026-11-22T03:18:00Z<');
  });
});

test('several runs have a history with lines, newest run first in the summary', async () => {
  const older = exported(rowsOf({ kimi: 500, glm: 900 }, { run_id: 'older' }), {
    run_id: 'older',
    started_at: '2026-11-21T03:17:00.000Z',
  });
  const newer = exported(rowsOf({ kimi: 400, glm: 1200 }));
  const parts = await partsOfRuns(older, newer);
  const summary = cellsOf(parts, 'Summary');
  const days = [6, 7, 8, 9].map((line) => Math.floor(Number(summary.get(`C${line}`))));
  expect(days).toEqual([46_348, 46_348, 46_347, 46_347]);
  const history = cellsOf(parts, 'History');
  expect([...history.keys()].filter((cell) => /^A\d+$/.test(cell))).toHaveLength(1 + 2 * 2 * 5);
  const charts = [...parts].filter(([path]) => path.startsWith('xl/charts/')).map(([, xml]) => parseXml(xml));
  expectInOrder(charts);
  const titles = charts.map((chart) => elements(chart, 'a:t')[0]!.text);
  expect(titles.filter((title) => title.includes('over runs'))).toEqual([
    'Geometric mean of E2E latency over runs',
    'Geometric mean of E2E latency over runs',
    'Geometric mean of TTFT over runs',
  ]);
});

test('a run without rows is a workbook all the same', async () => {
  const parts = await partsOfRuns(exported([]));
  expect(cellsOf(parts, 'Requests').get('A1')).toBe('run_id');
  expect([...parts].find(([, xml]) => xml.includes('displayName="Requests"'))![1]).toMatch(
    /ref="A1:[A-Z]+2"/,
  );
});

test('many models and runs get their charts in a sheet of their own', async () => {
  const models = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`model-${index}`, 100 + index]));
  const runs = ['20', '21', '22'].map((day) =>
    exported(rowsOf(models), { started_at: `2026-11-${day}T03:17:00.000Z` }),
  );
  const charts = cellsOf(await partsOfRuns(...runs), 'Charts');
  expect(charts.get('A1')).toBe('Charts of the run of smoke, 2026-11-22 03:17 UTC');
});

test.each([
  ['rows', { rows: 10, cells: 1e6 }],
  ['cells', { rows: 1e6, cells: 200 }],
])('more %s than a workbook holds are refused with what to do instead', async (_, most) => {
  const book = new Book({ title: '', comment: '', madeAt: '2026-11-22T03:18:00.000Z' });
  const { fields } = tableNamed('requests');
  const table = {
    sheet: 'Requests',
    name: 'Requests',
    fields,
    rows: Array.from({ length: 10 }, () => row()),
  };
  const writing = addTableSheet(book, table, most);
  await expect(writing).rejects.toThrow(UserError);
  await expect(writing).rejects.toThrow(/Export fewer runs at a time, or write --format csv/);
});

test('a text that looks like a formula or an escape stays that text in a table, an undefined cell is none', async () => {
  const book = new Book({ title: '', comment: '', madeAt: '2026-11-22T03:18:00.000Z' });
  const kinds = ['text', 'number', 'boolean', 'time', 'list'] as const;
  const fields = kinds.map((kind) => plainField({ name: kind, kind, unit: '', meaning: '' }));
  const rows = [
    { text: '=1+1', number: -5.25, boolean: true, time: '2026-11-22T06:00:00.000Z', list: ['x', 'y'] },
    { text: ' _x0041_ <&> ', number: 0, boolean: false, time: 'soon', list: [] },
  ];
  await addTableSheet(book, { sheet: 'T', name: 'T', fields, rows });
  const cells = cellsOf(partsOf(book.toBytes()), 'T');
  expect(['A2', 'B2', 'C2', 'D2', 'E2'].map((cell) => cells.get(cell))).toEqual([
    ...['=1+1', -5.25, true, 46_348.25, 'x;y'],
  ]);
  expect(['A3', 'B3', 'C3', 'D3', 'E3'].map((cell) => cells.get(cell))).toEqual([
    ...[' _x0041_ <&> ', 0, false, 'soon', undefined],
  ]);
});
