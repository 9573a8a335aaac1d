import { strFromU8, strToU8, unzipSync } from 'fflate';
import { UserError } from '../../../base/user-error.ts';
import type { Book } from './book.ts';
import { mendChart } from './mend-chart.ts';
import { longSheet, takeApart, type LongTable } from './long-table.ts';
import { columnLetters } from './place.ts';
import { zipped, type ZipEntry } from './zip.ts';

export interface PackageOptions {
  /** Written as the time of making, so that the same runs give the same file; ISO 8601. */
  readonly madeAt: string;
  readonly long: LongTable;
  /** Rows of the long table's sheet, header included; Excel's own limit without it. */
  readonly limit?: number;
}

/** The book as a file, piece by piece. Throws a UserError when the long table does not fit into a sheet. */
export async function* packaged(book: Book, options: PackageOptions): AsyncGenerator<Uint8Array> {
  try {
    yield* zipped(entries(book, options));
  } catch (error) {
    throw error instanceof RangeError && error.message.includes('too large')
      ? tooManyRows(options.long)
      : error;
  }
}

function* entries(book: Book, { madeAt, long, limit }: PackageOptions): Generator<ZipEntry> {
  const parts = new Map(Object.entries(unzipSync(book.toBytes())));
  const longPath = `xl/worksheets/sheet${book.sheetNames.indexOf(long.sheet) + 1}.xml`;
  let tablePath: string | undefined;
  let rows = 0;
  for (const [path, bytes] of parts) {
    const text = (): string => strFromU8(bytes);
    if (path === longPath) continue;
    if (path === 'docProps/core.xml') yield entry(path, dated(text(), madeAt));
    else if (path.startsWith('xl/charts/chart')) yield entry(path, mendChart(text(), book.intervals));
    else if (path.startsWith('xl/tables/') && text().includes(`displayName="${long.name}"`)) tablePath = path;
    else yield { path, content: [bytes] };
  }
  const sheet = parts.get(longPath);
  if (!sheet || tablePath === undefined) throw new Error(`${long.sheet} is missing in the book`);
  yield {
    path: longPath,
    content: longSheet(takeApart(strFromU8(sheet), long.fields.length), long, {
      ended: (count) => (rows = count),
      refuse: () => tooManyRows(long),
      ...(limit === undefined ? {} : { limit }),
    }),
  };
  yield entry(tablePath, withRows(strFromU8(parts.get(tablePath)!), long.fields.length, rows));
}

const entry = (path: string, xml: string): ZipEntry => ({ path, content: [strToU8(xml)] });

function dated(xml: string, madeAt: string): string {
  return xml.replace(/(<dcterms:(?:created|modified)[^>]*>)[^<]*/g, `$1${madeAt.slice(0, 19)}Z`);
}

/** The table was made with one row; it spans at least that one. */
function withRows(xml: string, columns: number, rows: number): string {
  const last = columnLetters(columns - 1);
  return xml.replaceAll(`ref="A1:${last}2"`, `ref="A1:${last}${Math.max(rows, 1) + 1}"`);
}

function tooManyRows({ sheet }: LongTable): UserError {
  return new UserError(
    `The sheet ${sheet} would hold more than a workbook can (1,048,575 rows, 4 GiB of text). ` +
      'Export fewer runs at a time, or write --format csv, which has no limit.',
  );
}
