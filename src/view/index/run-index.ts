import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Floats } from '../../analysis/floats.ts';
import type { AnyRow, Column } from '../../base/column.ts';
import { FileState } from '../../journal/file-state.ts';
import { readBatches, rowReader } from '../../journal/read-csv.ts';
import { type ColumnName, requestColumns, type RequestRow } from '../../journal/request-columns.ts';
import { runFiles } from '../../journal/run-folder.ts';
import { readVerdicts } from '../../journal/verdicts.ts';
import {
  cellColumns,
  cellKey,
  dimensions,
  laterColumns,
  type Names,
  namesOf,
  type Ways,
} from '../../plan/cell.ts';
import { Codes, Words } from './growing.ts';

/** Columns of every index: the ones that most pages filter, order and count by. */
const always = [
  ...cellColumns,
  ...(['prompt_id', 'tags', 'phase', 'final', 'repeat', 'attempt', 'status'] as const),
  ...(['passed', 'failed_checks', 'valid', 'started_at', 'e2e_latency_ms', 'ttft_ms'] as const),
] as const satisfies readonly ColumnName[];

export const columnNamed = (name: string): Column | undefined =>
  requestColumns.find((column) => column.name === name && column.kind !== 'check');

/** Whether a column is stored as numbers: numbers, and times in ms since 1970, which hardly ever repeat. */
const isCounted = (name: string): boolean => ['number', 'time'].includes(columnNamed(name)?.kind ?? '');

/** Numeric value of a cell in such a column. */
export const countedValue = (value: AnyRow[string]): number =>
  typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : NaN;

/** Results of one model so far, over its measured requests. */
export type Tally = Names & {
  done: number;
  failed: number;
  checked: number;
  passed: number;
  /** E2E latencies of its newest answers, in ms. */
  recent: number[];
};

/** Answers behind the figures of a run in progress. */
export const recentAnswers = 100;
/** Rows that show how a file was written. */
const sampled = 64;

/**
 * The rows of one run, for callers that read a few of them: the position of each in the file, and some of its cells.
 * Follows a growing file, and starts over if the file was replaced. Uses about 80 bytes of memory per row.
 */
export class RunIndex {
  readonly #folder: string;
  readonly #path: string;
  #names: Set<string> = new Set(always);
  #words = new Map<string, Words>();
  #numbers = new Map<string, Floats>();
  /** As lists, for loops over every row. */
  #wordColumns: { name: string; words: Words }[] = [];
  #numberColumns: { name: string; numbers: Floats }[] = [];
  /** Reads rows in a text of the file with these positions. */
  #reader: { of: Floats; rowsIn: (text: string) => RequestRow[] } | undefined;
  #cellWords: Words[] = [];
  #starts = new Floats();
  #lengths = new Codes();
  /** The beginning of the SHA-256 of each answer. */
  #texts = new Codes();
  #header = '';
  /** The file was read up to this byte. */
  #read = 0;
  #file = '';
  /** Rows without a verdict yet, by event id. */
  #unchecked = new Map<string, number>();
  #verdictsAt = '';
  #updating: Promise<void> | undefined;
  #tallies = new Map<string, Tally>();
  /** As above, by the codes of a cell's names. */
  #tallyByCell: Tally[] = [];
  /** Which of the cells so far each row belongs to. */
  #cells = new Words();
  /** Finished requests, including warm-up. */
  finals = 0;
  state = new FileState();

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, runFiles.requests);
  }

  get rows(): number {
    return this.#lengths.length;
  }

  /** Reads what has been added since. Concurrent callers share one reading. */
  update(): Promise<void> {
    this.#updating ??= this.#update().finally(() => (this.#updating = undefined));
    return this.#updating;
  }

  /** Makes these columns available, which may require another reading of the file. */
  async need(names: readonly string[]): Promise<void> {
    await this.update();
    if (names.every((name) => this.#names.has(name))) return;
    for (const name of names) this.#names.add(name);
    this.#startAnew();
    await this.update();
  }

  async #update(): Promise<void> {
    const found = await stat(this.#path).catch(() => undefined);
    if (found === undefined) {
      this.#startAnew();
      return;
    }
    // The end of a run replaces this file.
    const file = nameOf(found);
    if (file !== this.#file || found.size < this.#read) this.#startAnew();
    this.#file = file;
    if (found.size > this.#read) await this.#readOn();
    await this.#settleVerdicts();
  }

  #startAnew(): void {
    this.#words = new Map();
    this.#numbers = new Map();
    this.#starts = new Floats();
    this.#lengths = new Codes();
    this.#texts = new Codes();
    this.#unchecked = new Map();
    this.#tallies = new Map();
    this.#tallyByCell = [];
    this.#cells = new Words();
    this.finals = 0;
    [this.#header, this.#read, this.#file, this.#verdictsAt] = ['', 0, '', ''];
    this.state = new FileState();
    for (const name of this.#names)
      if (isCounted(name)) this.#numbers.set(name, new Floats());
      else this.#words.set(name, new Words());
    this.#cellWords = cellColumns.map((name) => this.#words.get(name)!);
    this.#wordColumns = [...this.#words].map(([name, words]) => ({ name, words }));
    this.#numberColumns = [...this.#numbers].map(([name, numbers]) => ({ name, numbers }));
  }

  async #readOn(): Promise<void> {
    if (this.#header === '') {
      const { text, bytes } = await headerOf(this.#path);
      if (text === '') return;
      [this.#header, this.#read] = [text, bytes];
    }
    const places: { at: number; end: number }[] = [];
    const batches = readBatches<RequestRow>(this.#path, requestColumns, {
      ...{
        state: this.state,
        isJournal: true,
        from: { at: this.#read, lines: Math.max(1, this.state.linesRead), header: this.#header },
      },
      wanted: new Set([...this.#names, 'event_id', 'answer_sha256']),
      onRecord: ({ at, end }) => places.push({ at, end }),
    });
    try {
      for await (const rows of batches) {
        rows.forEach((row, index) => this.#add(row, places[index]!));
        places.length = 0;
      }
    } catch (error) {
      this.#startAnew();
      throw error;
    }
    // Damaged lines are not read again.
    this.#read = Math.max(this.#read, this.state.end);
  }

  #add(row: RequestRow, { at, end }: { at: number; end: number }): void {
    const index = this.rows;
    this.#starts.set(index, at);
    this.#lengths.push(end - at);
    this.#texts.push(Number.parseInt(row.answer_sha256?.slice(0, 8) ?? '0', 16));
    for (const { name, words } of this.#wordColumns)
      words.codes.push(words.codeOf(wordOf((row as AnyRow)[name])));
    for (const { name, numbers } of this.#numberColumns)
      numbers.set(index, countedValue((row as AnyRow)[name]));
    const codes = this.#cellWords.map((words) => words.codes.get(index)).join();
    this.#cells.codes.push(this.#cells.codeOf(codes));
    if (row.status === 'ok' && row.passed === undefined)
      this.#unchecked.set(Buffer.from(row.event_id).toString(), index);
    if (!row.final) return;
    this.finals++;
    if (row.phase !== 'measure') return;
    const tally = this.#tallyOf(index);
    tally.done++;
    if (row.status !== 'ok') tally.failed++;
    if (row.passed !== undefined) tally.checked++;
    if (row.passed === true) tally.passed++;
    if (row.e2e_latency_ms === undefined) return;
    if (tally.recent.push(row.e2e_latency_ms) > recentAnswers) tally.recent.shift();
  }

  #tallyOf(index: number): Tally {
    return (this.#tallyByCell[this.cellNumber(index)] ??= this.#newTally(index));
  }

  #newTally(index: number): Tally {
    const cell = this.cell(index);
    const key = cellKey(cell);
    const known = this.#tallies.get(key);
    const tally = known ?? { ...cell, done: 0, failed: 0, checked: 0, passed: 0, recent: [] };
    if (known === undefined) this.#tallies.set(key, tally);
    return tally;
  }

  /** By model, then route. */
  get tallies(): Tally[] {
    return [...this.#tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally);
  }

  /** During a run, verdicts are in a separate file. */
  async #settleVerdicts(): Promise<void> {
    const path = join(this.#folder, runFiles.verdicts);
    if (this.#unchecked.size === 0) return;
    // The end of a run moves them into the rows and removes the file, perhaps at this moment.
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    const at = `${found.size}/${found.mtimeMs}/${this.rows}`;
    if (at === this.#verdictsAt) return;
    this.#verdictsAt = at;
    for (const [eventId, verdict] of await readVerdicts(this.#folder)) {
      const index = this.#unchecked.get(eventId);
      if (index === undefined) continue;
      this.#unchecked.delete(eventId);
      for (const name of ['passed', 'failed_checks'] as const) {
        const words = this.#words.get(name)!;
        words.codes.set(index, words.codeOf(wordOf(verdict[name])));
      }
      if (verdict.passed === undefined || this.word('final', index) !== 'true') continue;
      if (this.word('phase', index) !== 'measure') continue;
      const tally = this.#tallyOf(index);
      tally.checked++;
      if (verdict.passed) tally.passed++;
    }
  }

  /** A cell as a word: empty if not measured, words of a list joined by `;`. */
  word(name: string, index: number): string {
    return this.#words.get(name)!.at(index);
  }

  /** A number below the number of cells. Rows of the same cell have the same. */
  cellNumber(index: number): number {
    return this.#cells.codes.get(index);
  }

  /** The cell of a row. */
  cell(index: number): Names {
    const word = (name: string): string | undefined => this.word(name, index) || undefined;
    const later = Object.fromEntries(laterColumns.map(({ name }) => [name, word(name)]));
    return namesOf({ model: word('model') ?? '', route: word('route') ?? '', ...later });
  }

  /** Dimensions in which its rows differ. */
  get ways(): Ways {
    return Object.fromEntries(
      dimensions.map(({ plural, column }) => [
        plural,
        (this.words(column.name)?.values ?? []).filter(Boolean),
      ]),
    );
  }

  /** A number that is equal for equal texts of an answer. 0 if there is none. */
  text(index: number): number {
    return this.#texts.get(index);
  }

  /** A number, or a time in ms since 1970. NaN if not measured. */
  number(name: string, index: number): number {
    return this.#numbers.get(name)!.get(index);
  }

  /** The words of a column, one per row. */
  words(name: string): Words | undefined {
    return this.#words.get(name);
  }

  isNumber(name: string): boolean {
    return this.#numbers.has(name);
  }

  /** Complete rows, in this order, from the file. */
  async read(places: readonly number[]): Promise<RequestRow[]> {
    if (places.length === 0) return [];
    for (let tries = 1; ; tries++) {
      const found = await this.#readFrom(places);
      // The end of a run replaces the file. The new one has the same rows in the same order.
      if (found === undefined && tries < 4) await this.update();
      else if (found === undefined) return [];
      else {
        const verdicts = await readVerdicts(this.#folder);
        return places.flatMap((place) => {
          const row = found.get(place);
          return row === undefined ? [] : [{ ...row, ...verdicts.get(row.event_id) }];
        });
      }
    }
  }

  /** Undefined if the file has been replaced. The index may change during the read. */
  async #readFrom(places: readonly number[]): Promise<Map<number, RequestRow> | undefined> {
    const known = { starts: this.#starts, lengths: this.#lengths, header: this.#header, file: this.#file };
    if (known.lengths.length === 0) return new Map();
    const there = places.filter((place) => place < known.lengths.length).sort((a, b) => a - b);
    const file = await open(this.#path).catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      if (nameOf(await file.stat()) !== known.file) return undefined;
      const textOf = async (first: number, last: number): Promise<string> => {
        const start = known.starts.get(first);
        const block = Buffer.alloc(known.starts.get(last) + known.lengths.get(last) - start);
        const { bytesRead } = await file.read(block, 0, block.length, start);
        return block.toString('utf8', 0, bytesRead);
      };
      if (this.#reader?.of !== known.starts) {
        const sample = await textOf(0, Math.min(known.lengths.length, sampled) - 1);
        this.#reader = { of: known.starts, rowsIn: rowReader(known.header, sample, requestColumns) };
      }
      const { rowsIn } = this.#reader;
      const found = new Map<number, RequestRow>();
      for (const run of neighbors(there)) {
        const [first, last] = [run[0]!, run.at(-1)!];
        const rows = rowsIn(await textOf(first, last));
        if (rows.length === last - first + 1) run.forEach((place) => found.set(place, rows[place - first]!));
      }
      return found;
    } finally {
      await file.close();
    }
  }
}

/** Identifies a file, whatever its path. */
const nameOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev}/${ino}`;

/** Adjacent rows are read at once. */
function neighbors(places: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const place of new Set(places)) {
    const last = runs.at(-1);
    if (last !== undefined && place === last.at(-1)! + 1 && last.length < 500) last.push(place);
    else runs.push([place]);
  }
  return runs;
}

function wordOf(value: AnyRow[string]): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? value.join(';') : String(value);
}

/** The first line of a file, without its line feed, and its length in bytes with it. Empty until it is complete. */
async function headerOf(path: string): Promise<{ text: string; bytes: number }> {
  const file = await open(path);
  try {
    const block = Buffer.alloc(64 * 1024);
    const { bytesRead } = await file.read(block, 0, block.length, 0);
    const end = block.subarray(0, bytesRead).indexOf(10);
    return { text: block.toString('utf8', 0, Math.max(0, end)), bytes: end + 1 };
  } finally {
    await file.close();
  }
}
