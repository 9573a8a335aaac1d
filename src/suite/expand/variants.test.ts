import { expect, test } from 'vitest';
import {
  baseId,
  countVariants,
  idPart,
  type NamedRow,
  problemOfFormat,
  readDataset,
  variantsOf,
} from './variants.ts';

const source = { name: 'd.csv', text: '' };
const row = (name: string, values: Record<string, string>): NamedRow => ({
  source,
  offset: 0,
  name,
  values: new Map(Object.entries(values)),
});

test('all combinations, the last axis changing fastest', () => {
  const ids = variantsOf('faq', {}, { lang: ['de', 'en'], tone: ['plain', 'formal'] }, undefined).map(
    ({ id }) => id,
  );
  expect(ids).toEqual(['faq[de,plain]', 'faq[de,formal]', 'faq[en,plain]', 'faq[en,formal]']);
});

test('without matrix and dataset there is one, with its own id', () => {
  expect(variantsOf('a', { x: 1 }, {}, undefined)).toEqual([{ id: 'a', scope: new Map([['x', 1]]) }]);
});

test('a row follows the axes, and its columns override vars of the same name', () => {
  const [first, second, ...others] = variantsOf('t', { text: 'none', x: 1 }, { lang: ['de'] }, [
    row('4711', { text: 'Hi' }),
    row('4712', { text: 'Ho' }),
  ]);
  expect([first!.id, second!.id, others]).toEqual(['t[de,4711]', 't[de,4712]', []]);
  expect(Object.fromEntries(first!.scope)).toEqual({ x: 1, lang: 'de', text: 'Hi' });
});

test('they are counted without being made', () => {
  const axis = Array.from({ length: 1000 }, (_, n) => n);
  expect(countVariants({ a: axis, b: axis, c: axis, d: axis }, axis)).toBe(1e15);
  expect(countVariants({}, undefined)).toBe(1);
});

test.each([
  ['very formal', 'very_formal'],
  ['a;b, [c]', 'a_b_c_'],
  ['\u001b[31mred\n', '_31mred'],
  [1.5, '1.5'],
  [true, 'true'],
  ['  x  ', 'x'],
  ['東京', '東京'],
  ['y'.repeat(100), `${'y'.repeat(79)}…`],
])('%j becomes %j in an id', (value, part) => {
  expect(idPart(value)).toBe(part);
});

test('the id of the entry', () => {
  expect(baseId('faq[de,plain]')).toBe('faq');
  expect(baseId('faq')).toBe('faq');
});

const table = { name: 'd.csv', text: 'ticket_id,text\n4711,Hi\nA;B,Ho\n' };
const names = (text: string, spec: { id?: string; limit?: number } = {}): string[] =>
  readDataset({ file: 'd.csv', ...spec }, { name: 'd.csv', text }).rows.map(({ name }) => name);

test('rows are named by their id column', () => {
  expect(names(table.text, { id: 'ticket_id' })).toEqual(['4711', 'A_B']);
  expect(names('text,id\nHi,x\n')).toEqual(['x']);
});

test('without an id column they are counted', () => {
  expect(names('text\nHi\nHo\n')).toEqual(['1', '2']);
});

test('a limit takes rows from the top', () => {
  expect(names('id\na\nb\nc\n', { limit: 2 })).toEqual(['a', 'b']);
});

test('an id column that is not there', () => {
  expect(readDataset({ file: 'd.csv', id: 'ticket' }, table)).toMatchObject({
    rows: [],
    problems: [{ field: 'id', message: '"d.csv" has no column "ticket"; did you mean "ticket_id"?' }],
  });
});

test('a row without a name is reported at its line', () => {
  const { rows, faults } = readDataset({ file: 'd.csv' }, { name: 'd.csv', text: 'id,x\na,1\n ,2\n' });
  expect(rows).toEqual([]);
  expect(faults).toMatchObject([
    { offset: 9, message: 'this row has nothing in its column "id", which names it' },
  ]);
});

test.each(['', 'id,text\n'])('%j has no rows', (text) => {
  const { problems } = readDataset({ file: 'd.csv' }, { name: 'd.csv', text });
  expect(problems).toEqual([{ field: 'file', message: '"d.csv" has no rows' }]);
});

test('the extension decides the format', () => {
  expect(['a.csv', 'a.CSV', 'a.tsv', 'a.jsonl', 'a.ndjson'].map(problemOfFormat)).toEqual(
    Array(5).fill(undefined),
  );
  expect(problemOfFormat('a.xlsx')).toMatch(/^is not a dataset: save it as \.csv or \.jsonl/);
  expect(problemOfFormat('constructor')).toMatch(/^is not a dataset/);
});

test('numbers and truth values of JSONL name rows as they are written', () => {
  const { rows } = readDataset({ file: 'd.jsonl' }, { name: 'd.jsonl', text: '{"id":7}\n{"id":true}\n' });
  expect(rows.map(({ name }) => name)).toEqual(['7', 'true']);
});
