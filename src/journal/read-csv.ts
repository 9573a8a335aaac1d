import { distance } from 'fastest-levenshtein';
import type { AnyRow, Column } from '../base/column.ts';
import { defined } from '../base/defined.ts';
import { shownText } from '../base/formula.ts';
import { UserError } from '../base/user-error.ts';
import { cellValue, checkFor, type CheckOf, rowCheck } from './csv-file.ts';
import { cellsOf, fileLines, type Line } from './csv-lines.ts';
import { FileState } from './file-state.ts';
import { RecordScan } from './record-scan.ts';

export interface ReadOptions {
  /** Collects what is damaged, which is then skipped. Without it the first damage throws. */
  state?: FileState;
  /** The file is appended to, line by line: the bytes after the last line feed may be torn, and are skipped. */
  isJournal?: boolean;
  /**
   * Names of the wanted columns, for callers that read many rows. The cells of others may be left unread if the
   * checksum of their row is right. Absent: all.
   */
  wanted?: ReadonlySet<string>;
  /**
   * Start at a byte at which a record begins, after this many lines, in a file with this header. For callers that have
   * read the earlier rows.
   */
  from?: { at: number; lines: number; header: string };
  /** Receives each record that a row was read from, as written in the file. */
  onRecord?: (record: FileRecord) => void;
}

/** A record as written in the file. */
export interface FileRecord {
  /** Its first line, from 1. */
  readonly line: number;
  /** Without the line feed at its end. */
  readonly text: string;
  /** Bytes of the file before it, and up to its end, including the line feed. */
  readonly at: number;
  readonly end: number;
}

type Divided = FileRecord & { readonly cells: readonly string[] };

/**
 * Lines that are examined before the first row, to see which header they fit, and whether their checksums can be used.
 */
const sampled = 64;
/** None of our cells spans more lines than this: the quote that opens it is the damage. */
const longestCell = 100;

/**
 * Rows of a file that `csvLines` wrote, one at a time. Missing columns read as not measured, so files of older versions
 * stay readable. Unknown columns are skipped. Each row is compared with its checksum. A file that another program saved
 * is read as it is, and `state` counts the rows that can no longer be verified. Files of versions without checksums are
 * read the same way, without a remark. Throws a UserError that names file and line if the file cannot be read, lacks a
 * required column, or, without `state`, is damaged.
 */
export async function* readCsv<Row>(
  path: string,
  columns: readonly Column[],
  options: ReadOptions = {},
): AsyncGenerator<Row> {
  for await (const rows of readBatches<Row>(path, columns, options)) for (const row of rows) yield row;
}

/** As above, in batches: passing on a million rows one by one takes longer than reading them. */
export async function* readBatches<Row>(
  path: string,
  columns: readonly Column[],
  options: ReadOptions = {},
): AsyncGenerator<Row[]> {
  const { from } = options;
  const batches = fileLines(path, defined({ from: from?.at, before: from?.lines }));
  try {
    const first = await firstLines(batches);
    if (from !== undefined) first.unshift({ ...headerLine, text: from.header });
    // A journal whose header was torn has no rows yet.
    if (first.length === 0 || (options.isJournal === true && first[0]!.isTail)) return;
    const [header, ...joined] = withoutJoinedRow(first[0]!);
    const lines = [...joined, ...first.slice(1)];
    const reader = new RecordReader(path, columns, [header, ...lines], options);
    yield reader.rows(lines) as Row[];
    for await (const lines of batches) yield reader.rows(lines) as Row[];
    yield reader.end() as Row[];
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read: ${(error as Error).message}`);
  } finally {
    await batches.return(undefined);
  }
}

const headerLine = { number: 0, isTail: false, at: 0, end: 0 } as const;

/**
 * Reads the rows in a text that was cut out of a journal between two records. `sample`: the first records of the journal,
 * which show how it was written.
 */
export function rowReader<Row>(
  header: string,
  sample: string,
  columns: readonly Column[],
): (text: string) => Row[] {
  const linesOf = (text: string): Line[] =>
    text.split('\n').map((line, index) => ({ ...headerLine, number: index + 1, text: line }));
  const options = { state: new FileState(), isJournal: true };
  const first = [{ ...headerLine, text: header }, ...linesOf(sample)];
  const reader = new RecordReader('', columns, first, options);
  return (text) => [...reader.rows(linesOf(text)), ...reader.end()] as Row[];
}

async function firstLines(batches: AsyncGenerator<Line[]>): Promise<Line[]> {
  let first: Line[] = [];
  while (first.length <= sampled) {
    const next = await batches.next();
    if (next.done === true) break;
    // The next batch has reused the buffers of the earlier ones.
    first = [...first.map((line) => ({ ...line, bytes: undefined })), ...next.value];
  }
  return first;
}

/**
 * If the line end of the header is damaged, the header runs into the first row. Splits the two. The last column name
 * shows where the header ends.
 */
function withoutJoinedRow(line: Line): [header: Line, ...row: Line[]] {
  const [, header, row] = (line.text.endsWith('\r') ? joinedRowOnWindows : joinedRow).exec(line.text) ?? [];
  if (header === undefined || row === undefined) return [line];
  const cells = cellsOf(row);
  // An unfinished row may continue in the next line.
  if (cells !== undefined && cells.length !== cellsOf(header)?.length) return [line];
  return [
    { ...line, text: header },
    { ...line, text: row },
  ];
}

/** `before` is the text between the last name and the byte that should be a line feed. */
function joinedRowAfter(before: string): RegExp {
  return new RegExp(`^([^]*?,(?:${rowCheck.name}|"${rowCheck.name}"))${before}[^]([^]+)$`, 'u');
}
const joinedRow = joinedRowAfter('');
const joinedRowOnWindows = joinedRowAfter('\r');

/** Layout of a file. */
interface Layout {
  readonly names: readonly string[];
  /** Index of each of our columns. -1 if the file does not have it. */
  readonly places: readonly (readonly [Column, number])[];
  /** Index of the checksum. -1 in files of older versions. */
  readonly check: number;
  readonly checkOf: CheckOf;
}

function layoutOf(names: readonly string[], columns: readonly Column[]): Layout {
  return {
    names,
    places: columns.map((column) => [column, names.indexOf(column.name)]),
    check: names.indexOf(rowCheck.name),
    checkOf: checkFor(names),
  };
}

type Fit = 'whole' | 'unchecked' | 'damaged';

class RecordReader {
  readonly #path: string;
  readonly #options: ReadOptions;
  readonly #layout: Layout;
  /** Another program has rewritten the values, so a different checksum says nothing. */
  readonly #isSavedAnew: boolean;
  readonly #all: RowMaker;
  readonly #wanted: RowMaker;
  readonly #scan: RecordScan;
  #open: Line[] = [];
  /** This many open lines together are not a record. */
  #unended = 0;

  constructor(path: string, columns: readonly Column[], first: readonly Line[], options: ReadOptions) {
    this.#path = path;
    this.#options = options;
    const header = first[0]!.text;
    const sample = first.slice(1, sampled + 1).flatMap(({ text }) => {
      const cells = text === '' ? undefined : cellsOf(text);
      return cells === undefined ? [] : [cells];
    });
    const verified = (layout: Layout): number =>
      sample.filter((cells) => fitOf(cells, layout) === 'whole').length;
    const written = cellsOf(header.replace(/^\ufeff/, '')) ?? [header];
    const found = layoutOf(written, columns);
    let best = found;
    for (const names of likelyHeaders(written, columns)) {
      const layout = layoutOf(names, columns);
      const fitting = verified(layout);
      if (fitting > 0 && fitting >= verified(best)) best = layout;
    }
    this.#layout = best;
    this.#scan = new RecordScan(best.names);
    const { wanted } = options;
    this.#all = new RowMaker(best);
    this.#wanted = wanted === undefined ? this.#all : new RowMaker(best, wanted);
    if (first[1]?.number === 1 && first[0]!.number === 1)
      this.#damage(1, 'the header does not end; the row after it is read');
    if (best !== found) this.#damage(1, 'the header is damaged; the names that match the checksums are used');
    const missing = best.places.filter(([column, place]) => column.required && place === -1);
    if (missing.length > 0)
      throw new UserError(`${path} has no column ${missing.map(([{ name }]) => `"${name}"`).join(', ')}.`);
    const fitting = sample.filter((cells) => cells.length === best.names.length).length;
    const whole = verified(best);
    // Spreadsheets on Windows leave marks. Without them, only a file in which no row fits counts as rewritten.
    this.#isSavedAnew =
      best.check !== -1 && (/^\ufeff|\r$/.test(header) ? 2 * whole < fitting : fitting >= 3 && whole === 0);
    if (options.state) options.state.header = best.names;
  }

  rows(lines: readonly Line[]): AnyRow[] {
    const rows: AnyRow[] = [];
    for (const line of lines) {
      if (this.#options.state && !line.isTail)
        [this.#options.state.linesRead, this.#options.state.end] = [line.number, line.end];
      if (this.#open.length === 0 && this.#readWhole(line, rows)) continue;
      const cells = this.#open.length === 0 ? cellsOf(line.text) : undefined;
      if (cells !== undefined)
        this.#read({ line: line.number, text: line.text, cells, at: line.at, end: line.end }, line, rows);
      else {
        this.#open.push(line);
        this.#whole(rows);
      }
    }
    return rows;
  }

  /** Adds the row of a line with a matching checksum. False for any other line, which is then read with care. */
  #readWhole(line: Line, rows: AnyRow[]): boolean {
    if ((line.isTail && this.#options.isJournal) || !this.#scan.isWhole(line)) return false;
    const { number, text, at, end } = line;
    try {
      const row = this.#wanted.rowOf((place) => this.#scan.cell(place));
      this.#options.onRecord?.({ line: number, text, at, end });
      rows.push(row);
    } catch (error) {
      // The checksum matches, so it is not damaged. A later version may have written it.
      throw new UserError(`${this.#path}:${number}: ${(error as Error).message}`);
    }
    return true;
  }

  end(): AnyRow[] {
    const rows: AnyRow[] = [];
    while (this.#open.length > 0) {
      this.#giveUpFirst();
      this.#whole(rows);
    }
    return rows;
  }

  /** Rows of the available lines, up to a record that continues in the next line. */
  #whole(rows: AnyRow[]): void {
    while (this.#open.length > 0) {
      const record = this.#record();
      if (record === undefined) {
        if (this.#open.length < longestCell) return;
        this.#giveUpFirst();
      } else if (record.lines > 1 && !this.#fits(record.cells)) this.#giveUpFirst();
      else {
        const [last] = this.#take(record.lines).slice(-1);
        this.#read(record, last!, rows);
      }
    }
  }

  /** The record that begins in the first open line. Undefined if it has no end yet. */
  #record(): (Divided & { lines: number }) | undefined {
    for (let lines = this.#unended + 1; lines <= this.#open.length; lines++) {
      const taken = this.#open.slice(0, lines);
      const text = taken.map((line) => line.text).join('\n');
      const cells = cellsOf(text);
      if (cells !== undefined)
        return { line: taken[0]!.number, text, cells, lines, at: taken[0]!.at, end: taken.at(-1)!.end };
      this.#unended = lines;
    }
    return undefined;
  }

  #take(lines: number): Line[] {
    this.#unended = 0;
    return this.#open.splice(0, lines);
  }

  /** An unclosed quote: its line is damaged, but the lines below may be intact. */
  #giveUpFirst(): void {
    const [first] = this.#take(1);
    if (first!.isTail && this.#options.isJournal) this.#tornTail();
    else this.#damage(first!.number, 'a quoted cell does not end');
  }

  #fits(cells: readonly string[]): boolean {
    if (this.#isSavedAnew) return cells.length === this.#layout.names.length;
    return fitOf(cells, this.#layout) !== 'damaged';
  }

  /** Adds the row of a record, if it holds one. `last`: its last line. */
  #read(record: Divided, last: Line, rows: AnyRow[]): void {
    const { cells, line, text } = record;
    const { names, check } = this.#layout;
    if (text === '' || text === '\r') return;
    if (last.isTail && this.#options.isJournal) {
      this.#tornTail();
      return;
    }
    if (cells.length !== names.length) {
      this.#damage(
        line,
        `it has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, not ${names.length}`,
      );
      return;
    }
    const fit = fitOf(cells, this.#layout);
    if (fit === 'damaged' && !this.#isSavedAnew) {
      this.#damage(line, 'its checksum does not match');
      return;
    }
    try {
      const isVouchedFor = fit === 'whole' && check !== -1;
      const row = (isVouchedFor ? this.#wanted : this.#all).rowOf((place) => cells[place]!);
      if (check !== -1 && fit !== 'whole' && this.#options.state) this.#options.state.unverified++;
      this.#options.onRecord?.(record);
      rows.push(row);
    } catch (error) {
      // A row with a valid checksum is not damaged: a later version may have written it.
      if (fit === 'whole' && check !== -1)
        throw new UserError(`${this.#path}:${line}: ${(error as Error).message}`);
      this.#damage(line, (error as Error).message);
      return;
    }
  }

  #damage(line: number, why: string): void {
    if (!this.#options.state) throw new UserError(`${this.#path}:${line}: ${why}`);
    this.#options.state.damage(line, why);
  }

  #tornTail(): void {
    if (this.#options.state) this.#options.state.isTorn = true;
  }
}

function fitOf(cells: readonly string[], { names, check, checkOf }: Layout): Fit {
  if (cells.length !== names.length) return 'damaged';
  if (check === -1 || cells[check] === '') return 'unchecked';
  return cells[check] === checkOf(cells) ? 'whole' : 'damaged';
}

/** Makes rows of cells. */
class RowMaker {
  /** Every row is a copy of this. Objects that grow property by property are slow to make and to read. */
  readonly #blank: Readonly<Record<string, AnyRow[string]>>;
  readonly #cells: { name: string; column: Column; place: number; isGuarded: boolean }[] = [];

  constructor({ places, check }: Layout, wanted?: ReadonlySet<string>) {
    const blank: Record<string, undefined> = {};
    for (const [column, place] of places) {
      const { name, kind } = column;
      if (kind === 'check' || wanted?.has(name) === false) continue;
      blank[name] = undefined;
      // Files without checksums come from versions that did not protect words from spreadsheets.
      const isGuarded = check !== -1 && (kind === 'text' || kind === 'list');
      if (place !== -1) this.#cells.push({ name, column, place, isGuarded });
    }
    this.#blank = compact(blank);
  }

  rowOf(cellAt: (place: number) => string): AnyRow {
    const row = { ...this.#blank };
    for (const { name, column, place, isGuarded } of this.#cells) {
      const cell = cellAt(place);
      if (cell === '' && column.required !== true) continue;
      row[name] = cellValue(column, isGuarded ? shownText(cell) : cell);
    }
    return row;
  }
}

/** The same object, built by the JSON parser, which knows all names at once. */
function compact<T extends Record<string, undefined>>(blank: T): T {
  const names = Object.keys(blank);
  const laidOut = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as T;
  return Object.assign(laidOut, blank);
}

/**
 * What a damaged header may have been: the same with similar names corrected, or the one that we write. Empty for a
 * header that has all of our columns, or no unknown ones: that is one of another version.
 */
function* likelyHeaders(
  written: readonly string[],
  columns: readonly Column[],
): Generator<readonly string[]> {
  if (!columns.some(({ kind }) => kind === 'check')) return;
  const ours = columns.map(({ name }) => name);
  const missing = ours.filter((name) => !written.includes(name));
  if (missing.length === 0 || written.every((name) => ours.includes(name))) return;
  yield written.map((name) =>
    ours.includes(name) ? name : (missing.find((other) => distance(name, other) <= 2) ?? name),
  );
  yield ours;
}
