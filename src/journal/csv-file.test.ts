import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../base/column.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { requestColumns } from './request-columns.ts';
import {
  cellText,
  cellValue,
  csvFile,
  csvHeader,
  csvLines,
  csvRecord,
  rounded,
  rowCells,
} from './csv-file.ts';
import { readCsv } from './read-csv.ts';
import { csvProperties, readText } from './testing/csv.ts';
import { anyRow, rowsOf } from './testing/rows.ts';

const column = (name: string, kind: Column['kind'], rest: Partial<Column> = {}): Column => ({
  name,
  kind,
  unit: '',
  meaning: '',
  ...rest,
});
const small = [
  column('id', 'text', { required: true }),
  column('n', 'number'),
  column('ok', 'boolean'),
  column('tags', 'list'),
  column('note', 'text'),
];

/** Result of our reader for this text. */
const read = (text: string, columns: readonly Column[] = small): Promise<unknown[]> =>
  readText(text, columns);

/** Its message if it fails, without the folder. */
async function complaint(text: string, columns: readonly Column[] = small): Promise<string> {
  try {
    await read(text, columns);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message.replace(/^\S*table\.csv/, 'table.csv');
  }
  return 'no complaint';
}

test('a line of cells is to the letter what a writer of CSV makes of them', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '"', 'a,b', 'a\rb', 'a\nb', ' a ', ';'),
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (cells) => {
      const format = { record_delimiter: '\n', quoted_match: /[\r\n]/ };
      expect(csvRecord(cells)).toBe(stringify([cells], format));
    }),
    { numRuns: 500 },
  );
});

test('a rounded row is the row that is read back', () => {
  fc.assert(
    fc.property(anyRow(requestColumns), (row) => {
      const kept: Record<string, unknown> = rounded(requestColumns, row);
      for (const column of requestColumns.filter(({ kind }) => kind === 'number'))
        expect(kept[column.name]).toEqual(
          cellValue({ ...column, required: false }, cellText(column, row[column.name])),
        );
    }),
    { numRuns: 50 },
  );
});

describe('any row comes back equal', () => {
  for (const { name, assert } of csvProperties) test(name, assert);

  const python = spawnSync('python3', ['--version']).status === 0;
  test.runIf(python)('by the csv module of Python', async () => {
    await using scratch = await scratchFolder();
    const written = fc.sample(anyRow(requestColumns), { numRuns: 100, seed: 7 });
    const path = join(scratch.path, 'requests.csv');
    await writeFile(path, csvFile(requestColumns, written));
    const script =
      'import csv,json,sys;print(json.dumps(list(csv.reader(open(sys.argv[1],newline="",encoding="utf-8"),strict=True))))';
    const cells = JSON.parse(
      execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }),
    ) as string[][];
    expect(cells.slice(1)).toEqual(written.map((row) => rowCells(requestColumns, row)));
  });
});

test('what needs quotes is quoted, and nothing else is', () => {
  const note = (text: string): string => csvLines(small, [{ id: 'a', note: text }]);
  expect(note('plain; text = 1')).toBe('a,,,,plain; text = 1\n');
  expect(note('a,b')).toBe('a,,,,"a,b"\n');
  expect(note('say "hi"')).toBe('a,,,,"say ""hi"""\n');
  expect(note('two\nlines')).toBe('a,,,,"two\nlines"\n');
  expect(note('a\rb')).toBe('a,,,,"a\rb"\n');
});

test('words that a spreadsheet would run begin with an apostrophe, and numbers stay bare', () => {
  for (const text of ['=1+1', '+1', '-1', '@cf/model', '\t=x', "'quoted"])
    expect(csvLines(small, [{ id: text, n: -5, tags: [text, 'b'] }])).toBe(`'${text},-5,,'${text};b,\n`);
});

test('the header is one line of names', () => {
  expect(csvHeader(small)).toBe('id,n,ok,tags,note\n');
  expect(csvFile(small, [])).toBe('id,n,ok,tags,note\n');
});

test('a cell is empty where nothing was measured, and never where something was', () => {
  expect(csvLines(small, [{ id: 'a' }])).toBe('a,,,,\n');
  expect(csvLines(small, [{ id: 'a', n: 0, ok: false }])).toBe('a,0,false,,\n');
});

test.each([
  [3, 1.23456, '1.235'],
  [3, 2, '2.000'],
  [3, 0, '0.000'],
  [8, 0.000_000_12, '0.00000012'],
  [undefined, 1.5, '1.5'],
  [undefined, 12_345_678, '12345678'],
  [undefined, 0.1 + 0.2, '0.30000000000000004'],
])('with %s decimals %d is written %s, by a point and without separators', (decimals, value, text) => {
  expect(cellText(column('n', 'number', decimals === undefined ? {} : { decimals }), value)).toBe(text);
});

test.each([NaN, Infinity, -Infinity])('%d is not a measurement and cannot be written', (value) => {
  expect(() => cellText(column('ttft_ms', 'number'), value)).toThrow(`ttft_ms cannot be ${value}`);
});

test('several words share a cell', () => {
  expect(cellText(column('tags', 'list'), ['a', 'b c'])).toBe('a;b c');
  expect(cellText(column('tags', 'list'), [])).toBe('');
  expect(cellValue(column('tags', 'list'), 'a;b c')).toEqual(['a', 'b c']);
});

test('cells are read as their column says', async () => {
  expect(await read('id,n,ok,tags,note\n7,7,true,7,7\n,,,,\n')).toEqual([
    { id: '7', n: 7, ok: true, tags: ['7'], note: '7' },
    { id: '', n: undefined, ok: undefined, tags: undefined, note: undefined },
  ]);
});

test('a file that a spreadsheet saved, with its byte order mark and line ends, reads the same', async () => {
  expect(await read('\ufeffid,n,ok,tags,note\r\na,1,false,,"x, y"\r\n')).toEqual([
    { id: 'a', n: 1, ok: false, tags: undefined, note: 'x, y' },
  ]);
});

test('columns are found by name: unknown ones are skipped, older files lack some', async () => {
  expect(await read('new,n,id\nx,5,a\n')).toEqual([
    { id: 'a', n: 5, ok: undefined, tags: undefined, note: undefined },
  ]);
});

test('a file without rows has none, nor has one that was only begun', async () => {
  expect(await read(csvHeader(small))).toEqual([]);
  expect(await read('')).toEqual([]);
});

test.each([
  ['a word for a number', 'id,n\na,1\nb,fast\n', 'table.csv:3: n: "fast" is not a number'],
  ['a blank for a number', 'id,n\na, \n', 'table.csv:2: n: " " is not a number'],
  ['a number with a comma', 'id,n\na,"1,5"\n', 'table.csv:2: n: "1,5" is not a number'],
  ['an infinite number', 'id,n\na,Infinity\n', 'table.csv:2: n: "Infinity" is not a number'],
  ['a word for true', 'id,ok\na,yes\n', 'table.csv:2: ok: "yes" is neither true nor false'],
  ['a torn line', 'id,n\na,1\nb', 'table.csv:3: it has 1 cell, not 2'],
  ['a cell too many', 'id,n\na,1,2\n', 'table.csv:2: it has 3 cells, not 2'],
  ['a cell that does not end', 'id,n\n"a,1\n', 'table.csv:2: a quoted cell does not end'],
  ['another table', 'a,b\n1,2\n', 'table.csv has no column "id".'],
])('%s is refused with its place', async (_what, text, message) => {
  expect(await complaint(text)).toContain(message);
});

test('the cells that every row has may not be missing', async () => {
  const design = [
    column('repeat', 'number', { required: true }),
    column('final', 'boolean', { required: true }),
  ];
  expect(await complaint('other\n1\n', design)).toBe('table.csv has no column "repeat", "final".');
  expect(await complaint('repeat,final\n1,true\n2,\n', design)).toBe('table.csv:3: final is empty');
});

test('the line of a fault counts the lines of the file, those inside cells included', async () => {
  expect(await complaint('id,n\n"a\nb\nc",1\nd,x\n')).toBe('table.csv:5: n: "x" is not a number');
});

test('a file that is not there, or is a folder, is an answer and not a crash', async () => {
  await using scratch = await scratchFolder();
  await expect(rowsOf(join(scratch.path, 'none.csv'))).rejects.toThrow(/none\.csv cannot be read: ENOENT/);
  await expect(rowsOf(scratch.path)).rejects.toThrow(/cannot be read: EISDIR/);
});

/** Files that this process has open, if the system reports them. */
async function openFiles(): Promise<string[]> {
  const handles = await readdir('/proc/self/fd');
  return Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
}

test.runIf(existsSync('/proc/self/fd'))('a reader that stops early leaves no file open', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'long.csv');
  await writeFile(
    path,
    csvFile(
      small,
      Array.from({ length: 50_000 }, (_, n) => ({ id: 'a', n })),
    ),
  );
  for await (const row of readCsv<{ n: number }>(path, small)) {
    expect(await openFiles()).toContain(path);
    if (row.n === 3) break;
  }
  await expect.poll(openFiles).not.toContain(path);
});
