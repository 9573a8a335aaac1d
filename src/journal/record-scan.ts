import { crc32 } from 'node:zlib';
import type { Line } from './csv-lines.ts';
import { checkedNames, rowCheck } from './csv-file.ts';

const [quote, comma, zero, dot, minus, nine] = [0x22, 0x2c, 0x30, 0x2e, 0x2d, 0x39];
/** Ends each cell in the text of a checksum. */
const cellEnd = 0x1e;
const [letterX, letterA] = [0x78, 0x61];
/** `TRUE` and `FALSE` begin with one of the first two, and end with the last. */
const [capitalT, capitalF, capitalE] = [0x54, 0x46, 0x45];

/**
 * A fast reader for records as `csvLines` writes them. It finds the cells in the bytes of a line and verifies their
 * checksum without making a string for each. It accepts only what `cellsOf` and `checkFor` accept, and rejects anything
 * unusual, which is then left to them.
 */
export class RecordScan {
  readonly #check: number;
  readonly #order: { place: number; before: Uint8Array }[];
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Whether a cell contains quotes, which are doubled in the file. */
  readonly #doubled: Uint8Array;
  /** The text that the checksum is computed from. */
  #summed = Buffer.alloc(16 * 1024);
  /** Bytes of all names and cell ends in it. */
  readonly #overhead: number;
  #line: Line | undefined;
  #isAscii = false;

  /** For files with these columns. */
  constructor(names: readonly string[]) {
    this.#check = names.indexOf(rowCheck.name);
    this.#order = checkedNames(names).map(({ place, before }) => ({ place, before: Buffer.from(before) }));
    this.#overhead = this.#order.reduce((sum, { before }) => sum + before.length + 1, 0);
    this.#starts = new Int32Array(names.length);
    this.#ends = new Int32Array(names.length);
    this.#doubled = new Uint8Array(names.length);
  }

  /**
   * Whether the line is a complete record with a matching checksum. `cell` then returns its cells, until the next call.
   */
  isWhole(line: Line): boolean {
    const { bytes } = line;
    if (bytes === undefined || this.#check === -1) return false;
    this.#line = line;
    this.#isAscii = line.text.length === bytes.stop - bytes.start;
    return this.#divide(bytes) && this.#matches(bytes.block);
  }

  /** A cell of the last record that was accepted. */
  cell(place: number): string {
    const [start, end] = [this.#starts[place]!, this.#ends[place]!];
    if (start === end) return '';
    const { text, bytes } = this.#line!;
    const cell = this.#isAscii
      ? text.slice(start - bytes!.start, end - bytes!.start)
      : bytes!.block.toString('utf8', start, end);
    return this.#doubled[place] === 1 ? cell.replaceAll('""', '"') : cell;
  }

  /** Finds the cells. False if their number is wrong, or for quotes that we do not write. */
  #divide({ block, start, stop }: NonNullable<Line['bytes']>): boolean {
    const [starts, ends, doubled] = [this.#starts, this.#ends, this.#doubled];
    let at = start;
    let place = 0;
    for (; place < starts.length; place++) {
      doubled[place] = 0;
      if (at < stop && block[at] === quote) {
        starts[place] = ++at;
        for (; ; at += 2) {
          while (at < stop && block[at] !== quote) at++;
          if (at >= stop) return false;
          if (block[at + 1] !== quote || at + 1 >= stop) break;
          doubled[place] = 1;
        }
        ends[place] = at++;
        if (at < stop && block[at] !== comma) return false;
      } else {
        starts[place] = at;
        while (at < stop && block[at] !== comma) at++;
        ends[place] = at;
      }
      if (at >= stop) break;
      at++;
    }
    return place === starts.length - 1;
  }

  #matches(block: Buffer): boolean {
    const [starts, ends] = [this.#starts, this.#ends];
    const { start, stop } = this.#line!.bytes!;
    const most = this.#overhead + stop - start;
    if (this.#summed.length < most) this.#summed = Buffer.alloc(2 * most);
    const summed = this.#summed;
    let length = 0;
    for (const { place, before } of this.#order) {
      const from = starts[place]!;
      let to = ends[place]!;
      if (from === to) continue;
      const last = block[to - 1];
      if (last === zero) to = withoutZeros(block, from, to);
      // A spreadsheet may have written TRUE or FALSE.
      else if (last === capitalE && (block[from] === capitalT || block[from] === capitalF)) return false;
      for (let n = 0; n < before.length; n++) summed[length++] = before[n]!;
      if (this.#doubled[place] === 1)
        for (let n = from; n < to; n++) {
          summed[length++] = block[n]!;
          if (block[n] === quote) n++;
        }
      else for (let n = from; n < to; n++) summed[length++] = block[n]!;
      summed[length++] = cellEnd;
    }
    const check = starts[this.#check]!;
    return ends[this.#check] === check + 9 && saysSum(block, check, crc32(summed.subarray(0, length)));
  }
}

/** Whether the cell is the checksum as `checkFor` writes it: `x` and eight hexadecimal digits. */
function saysSum(block: Buffer, start: number, sum: number): boolean {
  if (block[start] !== letterX) return false;
  for (let digit = 0; digit < 8; digit++) {
    const value = (sum >>> (28 - 4 * digit)) & 15;
    if (block[start + 1 + digit] !== (value < 10 ? zero + value : letterA + value - 10)) return false;
  }
  return true;
}

/** End of a number without the trailing zeros of its decimals. Any other cell keeps its end. */
function withoutZeros(block: Buffer, from: number, to: number): number {
  let hasDot = false;
  for (let at = block[from] === minus ? from + 1 : from; at < to; at++) {
    const byte = block[at]!;
    if (byte === dot && !hasDot && at > from && block[at - 1] !== minus) hasDot = true;
    else if (byte < zero || byte > nine) return to;
  }
  if (!hasDot) return to;
  let end = to;
  while (block[end - 1] === zero) end--;
  return block[end - 1] === dot ? end - 1 : end;
}
