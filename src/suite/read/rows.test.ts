import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { anyText } from '../../base/testing/any-text.ts';
import { positionOf } from '../fault.ts';
import { csvRows, type Rows } from './csv-rows.ts';
import { jsonlRows } from './jsonl-rows.ts';

function told(rows: Rows): { rows: Record<string, unknown>[]; lines: number[]; faults: string[] } {
  const { source } = rows.faults[0] ?? { source: { name: '', text: '' } };
  return {
    rows: rows.rows.map(({ values }) => Object.fromEntries(values)),
    lines: [],
    faults: rows.faults.map(({ offset, message }) => `${positionOf(source, offset).line}: ${message}`),
  };
}

const csv = (text: string, limit = Infinity): ReturnType<typeof told> =>
  told(csvRows({ name: 'd.csv', text }, limit));
const jsonl = (text: string, limit = Infinity): ReturnType<typeof told> =>
  told(jsonlRows({ name: 'd.jsonl', text }, limit));

describe('CSV', () => {
  test('quotes, commas, line breaks and blank lines', () => {
    expect(csv('id,text\n\n1,"a, ""b""\nc"\n2,\n').rows).toEqual([
      { id: '1', text: 'a, "b"\nc' },
      { id: '2', text: '' },
    ]);
  });

  test('semicolons or tabs, where the header has them instead of commas', () => {
    expect(csv('id;text\n1;a,b\n').rows).toEqual([{ id: '1', text: 'a,b' }]);
    expect(csv('id\ttext\n1\ta;b\n').rows).toEqual([{ id: '1', text: 'a;b' }]);
  });

  test('each row knows the line that it begins in', () => {
    const source = { name: 'd', text: 'id,text\n1,"a\nb"\n2,c\n' };
    expect(csvRows(source, Infinity).rows.map(({ offset }) => positionOf(source, offset).line)).toEqual([
      2, 4,
    ]);
  });

  test('a limit takes rows from the top, and nothing below it is read', () => {
    expect(csv('id\n1\n2\n"broken', 2)).toMatchObject({ rows: [{ id: '1' }, { id: '2' }], faults: [] });
  });

  test('rows of another length, columns without a name or with that of another', () => {
    expect(csv('id,,id\n1,2\n1,2,3,4\n').faults).toEqual([
      '1: column 2 has no name',
      '1: the column "id" is there twice',
      '2: 2 values for 3 columns',
      '3: 4 values for 3 columns',
    ]);
  });

  test('a quote that nothing closes', () => {
    expect(csv('id\n"abc\n').faults).toEqual([expect.stringMatching(/^\d: .*quote/i)]);
  });

  test('whatever was written is read back', () => {
    const cell = anyText({ maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (cells) => {
        const text = stringify([['first', 'second'], ...cells], { quoted: true });
        const rows = csv(text).rows.map(({ first, second }) => [first, second]);
        expect(rows).toEqual(cells);
      }),
    );
  });
});

describe('JSONL', () => {
  test('values keep their types, blank lines are passed over', () => {
    expect(jsonl('{"id":1,"ok":true,"tags":["a"]}\n\n{"id":"x"}\n').rows).toEqual([
      { id: 1, ok: true, tags: ['a'] },
      { id: 'x' },
    ]);
  });

  test('every line that is no JSON object is a fault', () => {
    expect(jsonl('{"id":1}\n[1]\n{"id"\n7').faults).toEqual([
      '2: each line must be a JSON object',
      expect.stringMatching(/^3: not JSON: /),
      '4: each line must be a JSON object',
    ]);
  });

  test('a limit takes rows from the top', () => {
    expect(jsonl('{"id":1}\n{"id":2}\nbroken', 2)).toMatchObject({
      rows: [{ id: 1 }, { id: 2 }],
      faults: [],
    });
  });

  test('a key __proto__ is a column and nothing else', () => {
    const [row] = jsonlRows({ name: 'd', text: '{"__proto__":{"polluted":1}}' }, 1).rows;
    expect(row!.values.get('__proto__')).toEqual({ polluted: 1 });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
