import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { checkFor, csvFile, csvRecord, rowCheck } from './csv-file.ts';
import { cellsOf, fileLines, type Line } from './csv-lines.ts';
import { RecordScan } from './record-scan.ts';
import { requestColumns } from './request-columns.ts';
import { flips } from './testing/flips.ts';
import { numbered } from './testing/rows.ts';

const names = ['b', 'a', 'c', rowCheck.name];
const checkOf = checkFor(names);

/** The cells of a complete line, by `cellsOf` and `checkFor`. */
function carefully(text: string, of: readonly string[]): string[] | undefined {
  const cells = text.endsWith('\r') ? undefined : cellsOf(text);
  if (cells?.length !== of.length) return undefined;
  const check = cells[of.indexOf(rowCheck.name)];
  return check !== '' && check === checkFor(of)(cells) ? cells : undefined;
}

function quickly(line: Line, of: readonly string[]): string[] | undefined {
  const scan = new RecordScan(of);
  return scan.isWhole(line) ? of.map((_, place) => scan.cell(place)) : undefined;
}

const lineOf = (text: string): Line => {
  const block = Buffer.from(`before\n${text}\nafter`);
  const bytes = { block, start: 7, stop: block.length - 6 };
  return { number: 2, text, isTail: false, at: 7, end: block.length - 5, bytes };
};

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '',
    '0',
    '-0',
    '10',
    '1.50',
    '-1.00',
    '0.0',
    '.0',
    '-.0',
    '1.0.0',
    '1e10',
    '1.5x0',
    '00.500',
  ),
  fc.constantFrom(
    'TRUE',
    'FALSE',
    'true',
    'TREE',
    'F',
    '"',
    '""',
    'a,"b"',
    ',',
    "'=1+1",
    '東京 0',
    '\u001e',
    '\u001f',
  ),
);

test('a record as we write it is accepted, with its cells', () => {
  fc.assert(
    fc.property(cell, cell, cell, (b, a, c) => {
      const cells = [b, a, c, ''];
      cells[3] = checkOf(cells);
      const text = csvRecord(cells).slice(0, -1);
      const found = quickly(lineOf(text), names);
      // TRUE and FALSE from a spreadsheet are left to cellsOf.
      if (found === undefined) expect(cells.some((one) => /^[TF].*E$/su.test(one))).toBe(true);
      else expect(found).toEqual(cells);
    }),
    { numRuns: 2000 },
  );
});

test('no line is accepted that cellsOf and checkFor reject', () => {
  const piece = fc.constantFrom(
    'a',
    '0',
    '1.50',
    ',',
    ',',
    '"',
    '""',
    '\r',
    'ü',
    '',
    `,${checkOf(['a', '', '', ''])}`,
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), fc.boolean(), (pieces, isSummed) => {
      let text = pieces.join('');
      // With a correct checksum for its cells.
      const cells = isSummed ? cellsOf(text) : undefined;
      if (cells?.length === 3) text += `,${checkOf([...cells, ''])}`;
      const found = quickly(lineOf(text), names);
      if (found !== undefined) expect(found).toEqual(carefully(text, names));
    }),
    { numRuns: 3000 },
  );
});

test('with any byte of a file flipped, both readers agree on each line', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  const all = requestColumns.map(({ name }) => name);
  const previews = ['plain', 'a, b; "c"', "=1+1 'x'", 'two ""quotes""', '', '東京 é', '-5', '1.50'];
  const rows = previews.map((text, n) => ({ ...numbered(n).row, answer_preview: text, ttft_ms: 100.5 + n }));
  const file = Buffer.from(csvFile(requestColumns, rows));
  let whole = 0;
  for (const { bytes, what } of flips(file, 120, seededRandom('scan'))) {
    await writeFile(path, bytes);
    for await (const lines of fileLines(path))
      for (const line of lines) {
        const found = quickly(line, all);
        whole += Number(found !== undefined);
        expect(found, what).toEqual(carefully(line.text, all));
      }
  }
  expect(whole).toBeGreaterThan(600);
});

test('a line without its bytes is left to cellsOf', () => {
  expect(quickly({ ...lineOf(''), bytes: undefined }, names)).toBeUndefined();
});
