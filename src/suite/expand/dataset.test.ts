import { expect, test } from 'vitest';
import { problemOfFormat, readDataset } from './dataset.ts';

const source = { name: 'd.csv', text: 'ticket_id,text\n4711,Hi\nA;B,Ho\n' };
const names = (text: string, spec: { id?: string; limit?: number } = {}): string[] =>
  readDataset({ file: 'd.csv', ...spec }, { name: 'd.csv', text }).rows.map(({ name }) => name);

test('rows are named by their id column', () => {
  expect(names(source.text, { id: 'ticket_id' })).toEqual(['4711', 'A_B']);
  expect(names('text,id\nHi,x\n')).toEqual(['x']);
});

test('without an id column they are counted', () => {
  expect(names('text\nHi\nHo\n')).toEqual(['1', '2']);
});

test('a limit takes rows from the top', () => {
  expect(names('id\na\nb\nc\n', { limit: 2 })).toEqual(['a', 'b']);
});

test('an id column that is not there', () => {
  expect(readDataset({ file: 'd.csv', id: 'ticket' }, source)).toMatchObject({
    rows: [],
    problems: [{ field: 'id', message: '"d.csv" has no column "ticket"; did you mean "ticket_id"?' }],
  });
});

test('a row without a name is told at its line', () => {
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

test('the end of the name tells the format', () => {
  expect(['a.csv', 'a.CSV', 'a.jsonl', 'a.ndjson'].map(problemOfFormat)).toEqual(Array(4).fill(undefined));
  expect(problemOfFormat('a.xlsx')).toMatch(/^a dataset is a \.csv or \.jsonl file/);
  expect(problemOfFormat('constructor')).toMatch(/^a dataset is/);
});

test('numbers and truth values of JSONL name rows as they are written', () => {
  const { rows } = readDataset({ file: 'd.jsonl' }, { name: 'd.jsonl', text: '{"id":7}\n{"id":true}\n' });
  expect(rows.map(({ name }) => name)).toEqual(['7', 'true']);
});
