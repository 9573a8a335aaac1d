import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnyRow } from '../../../base/column.ts';
import { anyText } from '../../../base/testing/any-text.ts';
import { bytesOf } from '../testing/runs.ts';
import { cellsOf, elements, parseXml, partsOf, sheetPath } from '../testing/workbook.ts';
import { plainField } from '../tables.ts';
import { Book } from './book.ts';
import { addLongTable, withRows } from './long-table.ts';
import { addTableSheet, type TableSheet } from './table-sheet.ts';

const kinds = ['text', 'number', 'boolean', 'time', 'list'] as const;
const fields = kinds.map((kind) => plainField({ name: kind, kind, unit: 'ms', meaning: '' }));
const text = fc.oneof(
  anyText(),
  fc.constantFrom('=1+1', ' _x0041_ <&> "\'', '-5', '', 'a\r\nb\n', '\u0000\ufffe', 'x'.repeat(40_000)),
);
const anyRow = fc.record<AnyRow>({
  text: fc.option(text, { nil: undefined }),
  number: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  boolean: fc.option(fc.boolean(), { nil: undefined }),
  time: fc.constantFrom(undefined, '2026-11-22T06:00:00.000Z', 'soon'),
  list: fc.option(fc.array(text, { maxLength: 3 }), { nil: undefined }),
});

const newBook = (): Book => new Book({ title: '', comment: '', madeAt: '2026-11-22T03:18:00.000Z' });

/** Its cells, and how each looks: the format behind the number of its style. */
function seen(workbook: Uint8Array): unknown[] {
  const parts = partsOf(workbook);
  for (const xml of parts.values()) expect(() => parseXml(xml)).not.toThrow();
  const styles = elements(elements(parseXml(parts.get('xl/styles.xml')!), 'cellXfs')[0]!, 'xf');
  const formats = elements(parseXml(parts.get('xl/styles.xml')!), 'numFmt');
  const values = cellsOf(parts, 'T');
  const looks = elements(parseXml(parts.get(sheetPath(parts, 'T'))!), 'c').flatMap(({ attributes }) => {
    const { numFmtId, quotePrefix, ...look } = styles[Number(attributes['s'] ?? 0)]!.attributes;
    if (!values.has(attributes['r']!)) return [];
    const format = formats.find((one) => one.attributes['numFmtId'] === numFmtId)?.attributes['formatCode'];
    return [[attributes['r'], values.get(attributes['r']!), format, quotePrefix, look['applyAlignment']]];
  });
  return [looks, parts.get('xl/tables/table1.xml')];
}

test('a long table has the cells, the looks and the extent that the library gives them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 8 }), async (rows) => {
      const table: TableSheet = { sheet: 'T', name: 'T', fields, rows, pages: 4 };
      const [usual, long] = [newBook(), newBook()];
      await addTableSheet(usual, table);
      await addLongTable(long, table);
      expect(seen(await bytesOf(withRows(long, table)))).toEqual(seen(usual.toBytes()));
    }),
    { numRuns: 15 },
  );
});

test('its sheet may stand between others, and rows of many batches follow one another', async () => {
  const book = newBook();
  const rows = Array.from({ length: 1234 }, (_, n) => ({ number: n }));
  const table: TableSheet = { sheet: 'T', name: 'T', fields, rows };
  await addTableSheet(book, { ...table, sheet: 'Before', name: 'Before', rows: rows.slice(0, 2) });
  await addLongTable(book, table);
  await addTableSheet(book, { ...table, sheet: 'After', name: 'After', rows: rows.slice(0, 3) });
  const parts = partsOf(await bytesOf(withRows(book, table)));
  expect([...cellsOf(parts, 'T').values()].slice(kinds.length)).toEqual(rows.map(({ number }) => number));
  expect(cellsOf(parts, 'Before').size).toBe(kinds.length + 2);
  expect(cellsOf(parts, 'After').size).toBe(kinds.length + 3);
});

test('more rows than a sheet holds are refused with what to do instead', async () => {
  const table = (length: number): TableSheet => {
    const rows = Array.from({ length }, (_, n) => ({ number: n }));
    return { sheet: 'T', name: 'T', fields, rows };
  };
  const written = async (rows: number): Promise<Uint8Array> => {
    const book = newBook();
    await addLongTable(book, table(rows));
    return await bytesOf(withRows(book, table(rows), 10));
  };
  expect(cellsOf(partsOf(await written(9)), 'T').get('B10')).toBe(8);
  await expect(written(10)).rejects.toThrow(/room for 9. Export fewer runs at a time/);
});

test('a row that cannot be read fails the workbook before a byte of it is written', async () => {
  const book = newBook();
  const rows = (function* (): Generator<AnyRow> {
    yield { number: 1 };
    throw new Error('the disk is gone');
  })();
  const table: TableSheet = { sheet: 'T', name: 'T', fields, rows };
  await addLongTable(book, table);
  await expect(withRows(book, table).next()).rejects.toThrow('the disk is gone');
});
