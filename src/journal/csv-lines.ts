import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';

/** A line of a file, without its line feed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** No line feed follows: it is the last one, and may be torn. */
  readonly isTail: boolean;
}

/** The lines of a file, some at a time. What is not UTF-8 reads as U+FFFD. */
export async function* fileLines(path: string): AsyncGenerator<Line[]> {
  const source = createReadStream(path);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const parts = (rest + decoder.write(chunk)).split('\n');
      rest = parts.pop()!;
      if (parts.length > 0) yield parts.map((text) => ({ number: ++number, text, isTail: false }));
    }
    rest += decoder.end();
    if (rest !== '') yield [{ number: ++number, text: rest, isTail: true }];
  } finally {
    source.destroy();
  }
}

/**
 * The cells of one record by RFC 4180. Undefined when a quoted cell does not end: the record goes on in the next line.
 * A quote inside a plain cell, or text behind a quoted one, is taken as it stands: the checksum knows.
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

/** Place of the quote that ends a cell. */
function endOfQuoted(record: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = record.indexOf('"', at);
    if (at === -1 || record[at + 1] !== '"') return at;
  }
}

/** Offset after the last line feed; 0 when there is none. */
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
