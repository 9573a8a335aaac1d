import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Io, Output } from './io.ts';
import { spareMeasurement } from './spare-measurement.ts';
import { unwritable } from './unwritable.ts';

type Pieces = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Writes a file piece by piece, to the one that `--out` names, else to stdout. The file appears completely or not at
 * all. A device or a pipe, such as `/dev/stdout`, is written to, never replaced. Throws a UserError if it cannot be
 * written. Passes on whatever the pieces throw.
 */
export async function writeStream(
  pieces: AsyncIterable<Uint8Array | string>,
  out: string | undefined,
  { stdout }: Pick<Io, 'stdout'>,
): Promise<void> {
  if (out === undefined) await toStream(pieces, stdout);
  else await writeOutFile(pieces, out);
}

/** As above, to the file that `--out` names. */
export async function writeOutFile(pieces: Pieces, out: string): Promise<void> {
  await spareMeasurement(out);
  const there = await stat(out).catch(() => undefined);
  if (there && !there.isFile()) return toFile(pieces, out, out);
  // A link stays, and what it points to is replaced.
  const path = there ? await attempt(out, () => realpath(out)) : out;
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await toFile(pieces, draft, out);
    await attempt(out, () => rename(draft, path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** `out`: what it is called in messages. */
async function toFile(pieces: Pieces, path: string, out: string): Promise<void> {
  const file = await attempt(out, () => open(path, 'w'));
  try {
    for await (const piece of pieces) await attempt(out, () => file.appendFile(piece));
  } finally {
    await attempt(out, () => file.close());
  }
}

async function attempt<T>(out: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw unwritable(out, error);
  }
}

/** Stops quietly if the reader stops, as in `… | head`. */
async function toStream(pieces: AsyncIterable<Uint8Array | string>, stream: Output): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), stream, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
