import { open, type FileHandle } from 'node:fs/promises';

/** A line of a file, without its line feed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** No line feed follows: it is the last line, and may be torn. */
  readonly isTail: boolean;
  /** Bytes of the file before it, and up to its end, including the line feed. */
  readonly at: number;
  readonly end: number;
  /** The bytes of the line in the read buffer. Valid until the next batch is requested, which reuses the buffer. */
  readonly bytes?: undefined | { readonly block: Buffer; readonly start: number; readonly stop: number };
}

/** Block size in bytes. */
const blockSize = 256 * 1024;
const lineFeed = 10;

export interface LineOptions {
  /** Byte offset of a line start. Default 0. */
  from?: number;
  /** Lines before `from`. Default 0. */
  before?: number;
  /** Bytes of each line to decode, for callers that need only the beginnings of long lines. Default: all. */
  head?: number;
}

/**
 * The lines of a file, in batches. Invalid UTF-8 becomes U+FFFD. Each line is decoded separately, so keeping a cell
 * keeps its line in memory, and not the whole block.
 */
export async function* fileLines(
  path: string,
  { from = 0, before = 0, head = Infinity }: LineOptions = {},
): AsyncGenerator<Line[]> {
  const file = await open(path);
  // One block is read while the lines of the other are processed.
  const blocks = [Buffer.allocUnsafe(blockSize), Buffer.allocUnsafe(blockSize)] as const;
  const read = (turn: number, at: number): Promise<Buffer> => {
    const reading = readInto(file, blocks[turn % 2]!, at);
    // Its failure is not unhandled before it is awaited.
    reading.catch(() => undefined);
    return reading;
  };
  let coming = read(0, from);
  try {
    /** Beginning of a line that has not ended yet. */
    let begun: Buffer[] = [];
    let number = before;
    let [at, end] = [from, from];
    const line = (block: Buffer, start: number, stop: number, isTail: boolean): Line => {
      const bytes = { block, start, stop };
      if (begun.length > 0) {
        bytes.block = Buffer.concat([...begun, block.subarray(start, stop)]);
        [bytes.start, bytes.stop] = [0, bytes.block.length];
        begun = [];
      }
      const text = bytes.block.toString('utf8', bytes.start, Math.min(bytes.start + head, bytes.stop));
      const made = { number: ++number, text, isTail, at, end, bytes };
      at = end;
      return made;
    };
    for (let turn = 1; ; turn++) {
      const block = await coming;
      if (block.length === 0) break;
      const start = end;
      coming = read(turn, start + block.length);
      const lines: Line[] = [];
      let place = 0;
      for (let feed = block.indexOf(lineFeed); feed !== -1; feed = block.indexOf(lineFeed, place)) {
        end = start + feed + 1;
        lines.push(line(block, place, feed, false));
        place = feed + 1;
      }
      end = start + block.length;
      // The block will be overwritten.
      if (place < block.length) begun.push(Buffer.from(block.subarray(place)));
      if (lines.length > 0) yield lines;
    }
    if (begun.length > 0) yield [line(Buffer.alloc(0), 0, 0, true)];
  } finally {
    await coming.catch(() => undefined);
    await file.close();
  }
}

/** Fills a block from a file, starting at a byte. */
async function readInto(file: FileHandle, block: Buffer, at: number): Promise<Buffer> {
  const { bytesRead } = await file.read(block, 0, block.length, at);
  return block.subarray(0, bytesRead);
}

/**
 * The cells of one record by RFC 4180. Undefined if a quoted cell does not end: the record continues in the next line.
 * A quote inside a plain cell, or text after a quoted one, is kept as it is: the checksum will show.
 */
export function cellsOf(text: string): string[] | undefined {
  const record = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (!record.includes('"')) return record.split(',');
  const cells: string[] = [];
  for (let at = 0; ;) {
    let cell = '';
    if (record[at] === '"') {
      const end = endOfQuoted(record, at + 1);
      if (end === -1) return undefined;
      cell = record.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    const comma = record.indexOf(',', at);
    cells.push(cell + record.slice(at, comma === -1 ? undefined : comma));
    if (comma === -1) return cells;
    at = comma + 1;
  }
}

/** Index of the quote that ends a cell. */
function endOfQuoted(record: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = record.indexOf('"', at);
    if (at === -1 || record[at + 1] !== '"') return at;
  }
}

/** Offset after the last line feed. 0 if there is none. */
export async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const newline = block.lastIndexOf(10, bytesRead - 1);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}
