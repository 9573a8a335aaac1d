import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { scratchFolder } from '../base/testing/scratch.ts';
import { csvFile, rowCells, rowCheck } from './csv-file.ts';
import { FileState } from './file-state.ts';
import { requestColumns, type RequestRow, rowColumns } from './request-columns.ts';
import { readRequests } from './read-journal.ts';
import { flips } from './testing/flips.ts';
import { anyRow, numbered } from './testing/rows.ts';

interface Seen {
  rows: RequestRow[];
  state: FileState;
}

async function readBytes(folder: string, bytes: Buffer | string): Promise<Seen> {
  await writeFile(join(folder, 'requests.csv'), bytes);
  const state = new FileState();
  return { rows: await Array.fromAsync(readRequests(folder, state)), state };
}

const previews = ['plain', 'a, b; "c"', "=1+1 'x'", 'two ""quotes""', '', '東京 é', '-5'];
const rows = Array.from({ length: 40 }, (_, n) => ({
  ...numbered(n).row,
  answer_preview: previews[n % previews.length] || undefined,
  ttft_ms: 100.5 + n,
}));
const intact = csvFile(requestColumns, rows);

describe('one byte of requests.csv that is not what was written', () => {
  test('changes no row silently, and loses at most the adjacent rows: 300 flips', async () => {
    await using scratch = await scratchFolder();
    const whole = await readBytes(scratch.path, intact);
    const byId = new Map(whole.rows.map((row) => [row.event_id, JSON.stringify(row)]));
    expect(whole.rows).toEqual(rows);
    for (const { bytes, what } of flips(Buffer.from(intact), 300, seededRandom('requests'))) {
      const seen = await readBytes(scratch.path, bytes);
      expect(
        seen.rows.filter((row) => JSON.stringify(row) !== byId.get(row.event_id)),
        what,
      ).toEqual([]);
      expect(new Set(seen.rows.map(({ event_id }) => event_id)).size, what).toBe(seen.rows.length);
      expect(seen.rows.length, what).toBeGreaterThanOrEqual(rows.length - 2);
      expect(seen.state.damaged > 0 || seen.state.isTorn, what).toBe(true);
      expect(seen.state.unverified, what).toBe(0);
    }
  });

  test('in its header costs no row', async () => {
    await using scratch = await scratchFolder();
    const few = rows.slice(0, 2);
    const text = csvFile(requestColumns, few);
    const header = text.indexOf('\n');
    for (let at = 0; at < header; at++) {
      const bytes = Buffer.from(text);
      bytes[at]! ^= 1;
      const { rows: read, state } = await readBytes(scratch.path, bytes);
      expect(read, `byte ${at}`).toEqual(few);
      expect(state.named[0], `byte ${at}`).toMatchObject({ line: 1 });
    }
  });

  test.each([
    ['today', requestColumns, '\n'],
    ['today, saved with Windows line ends', requestColumns, '\r\n'],
    [
      'an older version',
      [...rowColumns.filter(({ name }) => rows.some((row) => row[name] !== undefined)), rowCheck],
      '\n',
    ],
  ])('for the line feed of its header costs no row: %s', async (_, columns, lineEnd) => {
    await using scratch = await scratchFolder();
    const asSaved = (text: string): Buffer => Buffer.from(text.replaceAll('\n', lineEnd));
    const whole = asSaved(csvFile(columns, rows.slice(0, 3)));
    const { rows: expected, state: undamaged } = await readBytes(scratch.path, whole);
    expect([expected.length, undamaged.damaged]).toEqual([3, 0]);
    for (let byte = 0; byte < 256; byte++) {
      if (byte === 0x0a) continue;
      const bytes = Buffer.from(whole);
      bytes[whole.indexOf('\n')] = byte;
      const { rows: read, state } = await readBytes(scratch.path, bytes);
      expect(read, `byte ${byte}`).toEqual(expected);
      expect(state.named[0], `byte ${byte}`).toMatchObject({ line: 1 });
    }
    // Also where there is no other row.
    const [header = '', first = ''] = csvFile(columns, rows.slice(0, 1)).split('\n');
    expect(
      (await readBytes(scratch.path, asSaved(`${header}${lineEnd.slice(0, -1)}*${first}\n`))).rows,
    ).toEqual(expected.slice(0, 1));
  });

  test('in the header of an older version, which has fewer columns, costs none either', async () => {
    await using scratch = await scratchFolder();
    const filled = rowColumns.filter(({ name }) => rows.some((row) => row[name] !== undefined));
    const older = [...filled, rowCheck];
    const text = csvFile(older, rows);
    for (const { bytes, what, at } of flips(Buffer.from(text), 300, seededRandom('older'))) {
      // A missing comma or line end leaves names that no version ever wrote.
      if (
        at >= text.indexOf('\n') ||
        ',\n'.includes(text[at]!) ||
        /[,"\n]/.test(String.fromCharCode(bytes[at]!))
      )
        continue;
      expect((await readBytes(scratch.path, bytes)).rows, what).toEqual(rows);
    }
  });
});

test('damage is named by its lines, and by how many more there are', async () => {
  await using scratch = await scratchFolder();
  const lines = intact.split('\n');
  const damaged = (numbers: number[]): string =>
    lines.map((line, index) => (numbers.includes(index + 1) ? line.replace('.', ',') : line)).join('\n');
  expect((await readBytes(scratch.path, damaged([3]))).state.lines()).toBe('line 3');
  expect((await readBytes(scratch.path, damaged([3, 9]))).state.lines()).toBe('lines 3 and 9');
  const many = Array.from({ length: 14 }, (_, n) => n + 5);
  expect((await readBytes(scratch.path, damaged(many))).state.lines()).toBe(
    'lines 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 and 4 more',
  );
});

describe('a file that another program saved', () => {
  test('verifies still, with other quotes, line ends, order of columns and zeros', async () => {
    await using scratch = await scratchFolder();
    const plain = rows.map((row) => ({ ...row, answer_preview: 'plain' }));
    const saved = csvFile(requestColumns, plain)
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .split(',')
          .toReversed()
          .map((cell) => cell.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''))
          .map((cell) => (/^(true|false)$/.test(cell) ? cell.toUpperCase() : cell))
          .map((cell) => `"${cell}"`)
          .join(','),
      );
    const { rows: read, state } = await readBytes(scratch.path, `\ufeff${saved.join('\r\n')}\r\n`);
    expect(read).toEqual(plain);
    expect([state.damaged, state.unverified]).toEqual([0, 0]);
  });

  test('and rewrote its values is read as it is, and reported as unverifiable', async () => {
    await using scratch = await scratchFolder();
    const changed = intact.replace(/2026-11-22T/g, '22.11.2026 ');
    const { rows: read, state } = await readBytes(scratch.path, changed);
    expect(read).toHaveLength(rows.length);
    expect([state.damaged, state.unverified]).toEqual([0, rows.length]);
  });
});

test('a file without checksums is read as before, words and all', async () => {
  await using scratch = await scratchFolder();
  const older = csvFile(requestColumns.slice(0, -1), [{ ...rows[0]!, answer_preview: 'plain' }]);
  const { rows: read, state } = await readBytes(scratch.path, older.replace(',plain,', ",'=1,"));
  expect(read[0]).toMatchObject({ answer_preview: "'=1" });
  expect([state.damaged, state.unverified]).toEqual([0, 0]);
});

test('whatever words begin with, they come back as they were, and no cell of words is a formula', async () => {
  await using scratch = await scratchFolder();
  const start = fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', "''", "'=", ' =', '\u200b=');
  const awkward = fc.tuple(fc.array(start, { maxLength: 3 }), fc.string()).map(([a, b]) => a.join('') + b);
  await fc.assert(
    fc.asyncProperty(anyRow(requestColumns), awkward, async (row, words) => {
      const written = {
        ...row,
        ...(words === '' ? {} : { error_message: words, tags: [words.replaceAll(';', '')] }),
      };
      if (written.tags?.[0] === '') return;
      const text = csvFile(requestColumns, [written]);
      const { rows: read } = await readBytes(scratch.path, text);
      expect(read).toEqual([written]);
      const cells = rowCells(requestColumns, written);
      const ofWords = requestColumns.flatMap(({ kind }, place) =>
        kind === 'text' || kind === 'list' ? [cells[place]!] : [],
      );
      expect(ofWords.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
