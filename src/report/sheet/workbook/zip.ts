import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw, inflateRawSync } from 'node:zlib';

/** One file of a ZIP archive, with its two records as read. */
interface Entry {
  readonly name: string;
  /** Its record in the directory at the end. */
  readonly listed: Buffer;
  /** Its record before its bytes. */
  readonly head: Buffer;
  /** Its bytes, compressed. */
  readonly parts: readonly Uint8Array[];
}

/** Offsets of APPNOTE.TXT (PKWARE 6.3.10), sections 4.3.7, 4.3.12 and 4.3.16. */
const listedAt = { crc: 16, size: 20, names: 28, head: 42, name: 46 } as const;
const headAt = { crc: 14, size: 18, names: 26, name: 30 } as const;
const endAt = { entries: 10, size: 12, directory: 16, length: 22 } as const;
const deflated = 8;

/** A larger file needs the records of ZIP64. */
const mostBytes = 0xffff_ffff;

/**
 * Reads and changes a small ZIP archive: each file deflated, sizes in the records, no comment. That is how the library of
 * the workbook writes it.
 */
export class Zip {
  readonly #entries: Entry[];

  constructor(archive: Uint8Array) {
    const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
    const end = bytes.subarray(bytes.length - endAt.length);
    let at = end.readUInt32LE(endAt.directory);
    this.#entries = Array.from({ length: end.readUInt16LE(endAt.entries) }, () => {
      const length =
        listedAt.name +
        [0, 2, 4].reduce((sum, more) => sum + bytes.readUInt16LE(at + listedAt.names + more), 0);
      const listed = bytes.subarray(at, at + length);
      at += length;
      const name = listed.toString(
        'utf8',
        listedAt.name,
        listedAt.name + listed.readUInt16LE(listedAt.names),
      );
      const start = listed.readUInt32LE(listedAt.head);
      const names = bytes.readUInt16LE(start + headAt.names) + bytes.readUInt16LE(start + headAt.names + 2);
      const body = start + headAt.name + names;
      const part = bytes.subarray(body, body + listed.readUInt32LE(listedAt.size));
      return { name, listed, head: bytes.subarray(start, body), parts: [part] };
    });
  }

  /** The text of a file. */
  text(name: string): string {
    return inflateRawSync(Buffer.concat(this.#entries[this.#place(name)]!.parts)).toString('utf8');
  }

  /** Replaces the text of a file. Only the compressed bytes are kept, so it may be larger than memory. */
  async replace(name: string, text: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const place = this.#place(name);
    const entry = this.#entries[place]!;
    const sum = { crc: 0, size: 0 };
    const parts: Uint8Array[] = [];
    let compressed = 0;
    await pipeline(
      Readable.from(countedBytes(text, sum)),
      createDeflateRaw(),
      async (packed: AsyncIterable<Uint8Array>) => {
        for await (const part of packed) {
          parts.push(part);
          compressed += part.length;
        }
      },
    );
    const [listed, head] = [Buffer.from(entry.listed), Buffer.from(entry.head)];
    for (const [record, { crc, size }] of [
      [listed, listedAt],
      [head, headAt],
    ] as const) {
      record.writeUInt32LE(sum.crc, crc);
      record.writeUInt32LE(compressed, size);
      record.writeUInt32LE(sum.size, size + 4);
    }
    this.#entries[place] = { name, listed, head, parts };
  }

  /** The archive, in pieces. */
  *bytes(): Generator<Uint8Array> {
    const directory: Uint8Array[] = [];
    let at = 0;
    for (const { listed, head, parts } of this.#entries) {
      const record = Buffer.from(listed);
      record.writeUInt32LE(at, listedAt.head);
      directory.push(record);
      for (const piece of [head, ...parts]) {
        yield piece;
        at += piece.length;
      }
    }
    yield* directory;
    const end = Buffer.alloc(endAt.length);
    end.writeUInt32LE(0x0605_4b50);
    end.writeUInt16LE(this.#entries.length, endAt.entries - 2);
    end.writeUInt16LE(this.#entries.length, endAt.entries);
    end.writeUInt32LE(
      directory.reduce((sum, { length }) => sum + length, 0),
      endAt.size,
    );
    end.writeUInt32LE(at, endAt.directory);
    yield end;
  }

  /** Throws if there is no such file, or this class cannot read it. */
  #place(name: string): number {
    const place = this.#entries.findIndex((entry) => entry.name === name);
    const head = this.#entries[place]?.head;
    // Bit 3: the sizes follow the bytes.
    if (head === undefined || head.readUInt16LE(8) !== deflated || (head.readUInt16LE(6) & 8) !== 0)
      throw new Error(`the workbook has no ${name} that can be read`);
    return place;
  }
}

async function* countedBytes(
  text: Iterable<string> | AsyncIterable<string>,
  sum: { crc: number; size: number },
): AsyncGenerator<Buffer> {
  for await (const piece of text) {
    const bytes = Buffer.from(piece);
    sum.crc = crc32(bytes, sum.crc);
    sum.size += bytes.length;
    if (sum.size > mostBytes) throw new RangeError('a file of the workbook takes more than 4 GiB');
    yield bytes;
  }
}
