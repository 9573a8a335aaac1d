import { expect, test } from 'vitest';
import { requestColumns } from '../../../journal/request-columns.ts';
import { modelColumns } from '../../../analysis/summary-columns.ts';
import { axisEnd, columnArea, reference } from './chart.ts';
import { asBound, numberFormat } from './look.ts';
import { serialDate } from './cell.ts';

test('columns are lettered as spreadsheets do', () => {
  const letters = [0, 25, 26, 51, 52, 701, 702, 16_383].map((column) =>
    reference(columnArea('S', column, 0, 0)).replace(/S!\$|\$1/g, ''),
  );
  expect(letters).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA', 'XFD']);
});

test('a reference is absolute, and names with blanks are quoted', () => {
  expect(reference({ sheet: 'Summary', top: 0, left: 1, bottom: 3, right: 1 })).toBe('Summary!$B$1:$B$4');
  expect(reference({ sheet: "Read me's", top: 4, left: 0, bottom: 4, right: 0 })).toBe("'Read me''s'!$A$5");
});

test('instants are days since the end of 1899, in UTC', () => {
  expect(serialDate('1970-01-01T00:00:00.000Z')).toBe(25_569);
  expect(serialDate('2026-11-22')).toBe(46_348);
  expect(serialDate('2026-11-22T06:00:00.000Z')).toBe(46_348.25);
  expect(serialDate('yesterday')).toBeUndefined();
});

test('numbers and times have a format, words and booleans have none', () => {
  for (const column of [...requestColumns, ...modelColumns])
    expect(numberFormat(column) !== undefined, column.name).toBe(
      column.kind === 'number' || column.kind === 'time',
    );
});

test('a bound is shown with its sign whatever its size', () => {
  expect(asBound('#,##0', '≥')).toBe('"≥ "#,##0');
  expect(asBound('[<10]0.00;[<100]0.0;#,##0', '≤')).toBe('[<10]"≤ "0.00;[<100]"≤ "0.0;"≤ "#,##0');
});

test('an axis ends at the next round number', () => {
  expect(axisEnd([712, undefined, 3])).toBe(800);
  expect(axisEnd([1000])).toBe(1000);
  expect(axisEnd([1001])).toBe(1200);
  expect(axisEnd([0.037])).toBe(0.04);
  expect(axisEnd([undefined, 0])).toBeUndefined();
});
