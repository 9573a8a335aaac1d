import { expect, test } from 'vitest';
import type { Column } from '../../../base/column.ts';
import { plainField } from '../field.ts';
import { rowWriter } from './row-xml.ts';

const column = (name: string, kind: Column['kind']): Column => ({ name, kind, unit: '', meaning: '' });
const fields = [
  column('text', 'text'),
  column('number', 'number'),
  column('boolean', 'boolean'),
  column('time', 'time'),
  column('list', 'list'),
].map(plainField);
const write = rowWriter(fields, { columns: [1, 2, 3, 4, 0], quoted: 9 });

test('every cell has the type and the look of its column', () => {
  const row = { text: 'a', number: -5.25, boolean: true, time: '2026-11-22T06:00:00.000Z', list: ['x', 'y'] };
  expect(write(row, 1)).toBe(
    '<row r="2"><c r="A2" s="1" t="inlineStr"><is><t>a</t></is></c><c r="B2" s="2"><v>-5.25</v></c>' +
      '<c r="C2" s="3" t="b"><v>1</v></c><c r="D2" s="4"><v>46348.25</v></c>' +
      '<c r="E2" t="inlineStr"><is><t>x;y</t></is></c></row>',
  );
});

test('what was not measured is no cell', () => {
  expect(write({ number: 0, boolean: false, text: '', list: [] }, 1)).toBe(
    '<row r="2"><c r="B2" s="2"><v>0</v></c><c r="C2" s="3" t="b"><v>0</v></c></row>',
  );
});

test('text that looks like a formula gets the look that keeps it text', () => {
  expect(write({ text: '=1+1' }, 1)).toBe(
    '<row r="2"><c r="A2" s="9" t="inlineStr"><is><t>=1+1</t></is></c></row>',
  );
});

test('markup is escaped, outer blanks are kept, what looks like an escape of Excel stays what it is', () => {
  expect(write({ text: '<a>&' }, 0)).toContain('<t>&lt;a&gt;&amp;</t>');
  expect(write({ text: ' a' }, 0)).toContain('<t xml:space="preserve"> a</t>');
  expect(write({ text: 'a\nb' }, 0)).toContain('<t xml:space="preserve">a\nb</t>');
  expect(write({ text: '_x0041_ _x_' }, 0)).toContain('<t>_x005F_x0041_ _x_</t>');
});

test('a time that is none stays the text that it is', () => {
  expect(write({ time: 'soon' }, 0)).toContain('<is><t>soon</t></is>');
});

test('a number that is none is a fault of ours', () => {
  expect(() => write({ number: NaN }, 1)).toThrow(RangeError);
});
