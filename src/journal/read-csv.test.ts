import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnyRow, text } from '../base/column.ts';
import { anyText } from '../base/testing/any-text.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { csvFile } from './csv-file.ts';
import { fileLines } from './csv-lines.ts';
import { FileState } from './file-state.ts';
import { type FileRecord, readBatches, readCsv, rowReader } from './read-csv.ts';
import { requestColumns } from './request-columns.ts';
import { anyRow } from './testing/rows.ts';

const names = requestColumns.map(({ name }) => name as string);

/** What was read from a file, and what was reported. */
async function readAll(
  path: string,
  wanted?: readonly string[],
): Promise<{ rows: AnyRow[]; state: FileState; records: string[] }> {
  const [state, records]: [FileState, string[]] = [new FileState(), []];
  const rows: AnyRow[] = [];
  for await (const some of readBatches<AnyRow>(path, requestColumns, {
    ...{ state, isJournal: true, onRecord: (record) => records.push(record.text) },
    ...(wanted ? { wanted: new Set(wanted) } : {}),
  }))
    rows.push(...some);
  return { rows, state, records };
}

const only = (row: AnyRow, wanted: readonly string[]): AnyRow =>
  Object.fromEntries(Object.entries(row).filter(([name]) => wanted.includes(name)));

/** Damage that happens to files. */
const mishaps: Record<string, (file: string) => string> = {
  none: (file) => file,
  'saved by a spreadsheet': (file) => `\ufeff${file.replaceAll('true', 'TRUE').replaceAll('\n', '\r\n')}`,
  'a cell changed': (file) =>
    file.replace(/e/g, (letter, at) => (at > 1500 && at % 701 === 0 ? 'f' : letter)),
  'torn at the end': (file) => file.slice(0, -7),
  'a quote too many': (file) => `${file.slice(0, -40)}"${file.slice(-40)}`,
  'without checksums': (file) => file.replaceAll(/,(?:row_check|x[0-9a-f]{8})$/gm, ''),
};

test.each(Object.entries(mishaps))(
  'reading a few columns gives the same cells, damage and records as reading all: %s',
  async (_name, mishap) => {
    await using scratch = await scratchFolder();
    const path = join(scratch.path, 'requests.csv');
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow(requestColumns), { minLength: 1, maxLength: 8 }),
        fc.subarray(names),
        async (rows, wanted) => {
          await writeFile(path, mishap(csvFile(requestColumns, rows)));
          const [all, few] = [await readAll(path), await readAll(path, wanted)];
          expect(few.rows.map((row) => only(row, wanted))).toEqual(all.rows.map((row) => only(row, wanted)));
          expect(few.state).toEqual(all.state);
          expect(few.records).toEqual(all.records);
        },
      ),
      { numRuns: 10 },
    );
  },
);

test('unwanted columns are missing, so that nothing depends on them', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  await writeFile(path, csvFile(requestColumns, fc.sample(anyRow(requestColumns), { numRuns: 3, seed: 1 })));
  const { rows } = await readAll(path, ['status', 'ttft_ms']);
  expect(rows.map((row) => Object.keys(row))).toEqual(Array(3).fill(['status', 'ttft_ms']));
});

test('any table that other programs write has the cells that csv-parse finds in it', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'table.csv');
  const columns = ['a', 'b', 'c'].map((name) => text(name, ''));
  const cell = fc.oneof(
    anyText(),
    fc.constantFrom('', ' ', '""', '"', ',', '\n', '\r\n', 'a\nb', 'a "b", c', "'=1"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (records, record_delimiter, quoted) => {
        const file = stringify([['a', 'b', 'c'], ...records], {
          record_delimiter,
          quoted,
          quoted_match: /[\r\n]/,
        });
        await writeFile(path, file);
        const found = parse<Record<string, string>>(file, { record_delimiter, columns: true });
        expect(await Array.fromAsync(readCsv<AnyRow>(path, columns))).toEqual(
          found.map((record) =>
            Object.fromEntries(Object.entries(record).map(([name, cell]) => [name, cell || undefined])),
          ),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a character or a line that is cut by the end of what is read at once is whole', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'lines.txt');
  const lines = ['', 'ü€😀'.repeat(100_000), 'x', '', '😀'.repeat(65_536), `y${'€'.repeat(90_000)}`];
  for (const end of ['\n', '']) {
    await writeFile(path, lines.join('\n') + end);
    const found = (await Array.fromAsync(fileLines(path))).flat();
    expect(found.map((line) => line.text)).toEqual(lines);
    expect(found.map((line) => line.number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(
      found.map(({ at, end: after }) =>
        Buffer.from(lines.join('\n') + end)
          .subarray(at, after)
          .toString()
          .replace(/\n$/, ''),
      ),
    ).toEqual(lines);
    expect(found.map((line) => line.isTail)).toEqual([false, false, false, false, false, end === '']);
  }
});

/** As in our rows: a text has no line feed. */
const onOneLine = (row: AnyRow): AnyRow => JSON.parse(JSON.stringify(row).replaceAll('\\n', ' ')) as AnyRow;

test('a reader of a growing file continues where it ended, and finds every row once', async () => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'requests.csv');
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow(requestColumns), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      async (rows, cut) => {
        const file = csvFile(requestColumns, rows.map(onOneLine));
        const header = file.slice(0, file.indexOf('\n'));
        const bytes = Buffer.from(file);
        await writeFile(path, bytes.subarray(0, header.length + 1 + (cut % (bytes.length - header.length))));
        const found: AnyRow[] = [];
        let at = Buffer.byteLength(header) + 1;
        const texts: string[] = [];
        const onRecord = (record: FileRecord): void => {
          at = record.end;
          texts.push(bytes.subarray(record.at, record.end).toString());
        };
        const goOn = async (): Promise<void> => {
          const options = {
            state: new FileState(),
            isJournal: true,
            from: { at, lines: 1, header },
            onRecord,
          };
          for await (const row of readCsv<AnyRow>(path, requestColumns, options)) found.push(row);
        };
        await goOn();
        await writeFile(path, bytes);
        await goOn();
        const all = await Array.fromAsync(readCsv<AnyRow>(path, requestColumns));
        expect(found).toEqual(all);
        expect(texts.flatMap(rowReader(header, texts[0] ?? '', requestColumns))).toEqual(all);
      },
    ),
    { numRuns: 20 },
  );
});
