import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { Zip, type ZipInputFile } from 'fflate';

export interface ZipEntry {
  readonly path: string;
  /** Read once. */
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** The same content gives the same bytes: nothing is dated. This is the first day that a ZIP file can name. */
const noDate = new Date(1980, 0, 1);

/** One entry may not be larger before packing: beyond it a ZIP file needs an extension that few readers know. */
export const entryLimit = 2 ** 32 - 1;

/** Packs the entries one after the other while they are made. Throws a RangeError for one above `entryLimit`. */
export async function* zipped(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const take = (): Uint8Array[] => {
    const taken = ready;
    ready = [];
    return taken;
  };
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    ready.push(piece);
  });
  for await (const { path, content } of entries) {
    const file: ZipInputFile = { filename: path, size: 0, crc: 0, compression: 8, mtime: noDate };
    zip.add(file);
    for await (const packed of deflated(counted(content, file))) {
      file.ondata!(null, packed, false);
      yield* take();
    }
    file.ondata!(null, new Uint8Array(0), true);
  }
  zip.end();
  yield* take();
}

async function* counted(content: ZipEntry['content'], file: ZipInputFile): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    file.size += piece.length;
    if (file.size > entryLimit) throw new RangeError(`${file.filename} is too large for a ZIP file`);
    file.crc = crc32(piece, file.crc);
    yield piece;
  }
}

/** In a thread of Node's pool, so that packing does not hold up the making. */
function deflated(content: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const deflate = createDeflateRaw();
  // Errors come to whoever reads `deflate`.
  return pipeline(Readable.from(content, { objectMode: true, highWaterMark: 2 }), deflate, () => undefined);
}
