import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from '../../base/testing/any-text.ts';
import { positionOf } from '../fault.ts';
import { decode } from './files.ts';
import { csvRows, jsonlRows, type Rows } from './rows.ts';

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
    expect(csvRows({ name: 'd.tsv', text: 'text\na, b\n' }, Infinity).rows[0]?.values.get('text')).toBe(
      'a, b',
    );
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
      '1: the column "id" appears twice: columns 1 and 3',
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
      fc.property(
        fc.array(
          fc.tuple(cell, cell).filter((cells) => cells.join('').trim() !== ''),
          { minLength: 1, maxLength: 5 },
        ),
        (cells) => {
          const text = stringify([['first', 'second'], ...cells], { quoted: true });
          const rows = csv(text).rows.map(({ first, second }) => [first, second]);
          expect(rows).toEqual(cells);
        },
      ),
    );
  });
});

describe('CSV as spreadsheets save it', () => {
  const bytes = (text: string, encoding: BufferEncoding, mark: string): Buffer =>
    Buffer.concat([Buffer.from(mark, 'hex'), Buffer.from(text, encoding)]);
  const read = (file: Buffer): ReturnType<typeof told> => {
    const decoded = decode(file);
    if (!decoded.ok) throw new Error(decoded.problem);
    return csv(decoded.text);
  };
  const table = [
    ['id', 'text, or so', 'größe'],
    ['007', 'a; b\tc', '1,5'],
    ['1E5', 'two\nlines "quoted"', ''],
  ];
  const expected = table
    .slice(1)
    .map((cells) => Object.fromEntries(cells.map((cell, n) => [table[0]![n]!, cell])));

  test.each<[string, (text: string) => Buffer]>([
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-8 with its mark', (text) => bytes(text, 'utf8', 'efbbbf')],
    ['UTF-16, little end first', (text) => bytes(text, 'utf16le', 'fffe')],
    ['UTF-16, big end first', (text) => bytes(text, 'utf16le', 'fffe').swap16()],
  ])('%s, with every separator and line end', (_, encode) => {
    for (const delimiter of [',', ';', '\t'])
      for (const lineEnd of ['\n', '\r\n']) {
        const text = stringify(table, { delimiter, record_delimiter: lineEnd }).replaceAll(
          'two\nlines',
          `two${lineEnd}lines`,
        );
        expect(read(encode(text)).rows).toEqual(expected);
      }
  });

  test('lines ended by carriage returns alone', () => {
    expect(read(Buffer.from('id,text\r1,a\r2,b\r')).rows).toEqual([
      { id: '1', text: 'a' },
      { id: '2', text: 'b' },
    ]);
  });

  test.each(['sep=;\r\nid;text\r\n1;a,b\r\n', '"sep=;"\nid;text\n1;a,b\n', 'SEP=;\nid;text\n1;"a,b"\n'])(
    'a line that names the separator: %j',
    (text) => {
      expect(read(Buffer.from(text)).rows).toEqual([{ id: '1', text: 'a,b' }]);
    },
  );

  test('the separator is what the header has most of, outside of its quotes', () => {
    expect(csv('id;text, or so;note\n1;a;b\n').rows).toEqual([{ id: '1', 'text, or so': 'a', note: 'b' }]);
    expect(csv('"a;b;c",d\n1,2\n').rows).toEqual([{ 'a;b;c': '1', d: '2' }]);
    expect(csv('text\na;b, c\n').faults).toEqual(['2: 2 values for 1 column']);
  });

  test('empty lines and columns at the end, as a sheet has that once was larger', () => {
    expect(csv('id;text;;\n1;a;;\n;;;\n2;b\n3;c;\n;;;\n;;;\n\n')).toMatchObject({
      rows: [
        { id: '1', text: 'a' },
        { id: '2', text: 'b' },
        { id: '3', text: 'c' },
      ],
      faults: [],
    });
    expect(csv('id,text,\n1,a,x\n').faults).toEqual(['1: column 3 has no name']);
    expect(csv('id,text\n1,a,,x\n').faults).toEqual(['2: 4 values for 2 columns']);
  });

  test('places count the lines that were skipped', () => {
    const source = { name: 'd', text: 'sep=;\n\nid;text\n;\n1;"a\nb"\n\n;;\n2;c\n' };
    const lines = csvRows(source, Infinity).rows.map(({ offset }) => positionOf(source, offset).line);
    expect(lines).toEqual([5, 9]);
  });

  test('empty lines do not count for a limit', () => {
    expect(csv('id;x\n;\n1;a\n;\n2;b\n3;c\n', 2).rows).toMatchObject([{ id: '1' }, { id: '2' }]);
  });

  test('a column that is there several times is named with its places', () => {
    expect(csv('a,b,a,c,a\n1,2,3,4,5\n').faults).toEqual([
      '1: the column "a" appears 3 times: columns 1, 3 and 5',
    ]);
  });

  test.each([
    ['UTF-16 cut in half', Buffer.from('fffe610062', 'hex'), 'is not UTF-16; save it as UTF-8'],
    [
      'UTF-16 without its mark',
      Buffer.from('id,x\n', 'utf16le'),
      'holds NUL characters, as UTF-16 without its mark does; save it as UTF-8',
    ],
    [
      'Latin-1',
      Buffer.from('id,größe\n', 'latin1'),
      'is not UTF-8 (first wrong byte in line 1); save it as UTF-8',
    ],
  ])('%s is reported', (_, file, problem) => {
    expect(decode(file)).toEqual({ ok: false, problem });
  });
});

describe('JSONL', () => {
  test('values keep their types, blank lines are skipped', () => {
    expect(jsonl('{"id":1,"ok":true,"tags":["a"]}\n\n{"id":"x"}\n').rows).toEqual([
      { id: 1, ok: true, tags: ['a'] },
      { id: 'x' },
    ]);
  });

  test('every line that is not a JSON object is a fault', () => {
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
