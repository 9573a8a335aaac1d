import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Io, Output } from './io.ts';
import { spareMeasurement } from './spare-measurement.ts';
import { unwritable } from './unwritable.ts';

/**
 * Writes a file piece by piece, to the one that `--out` names, else to stdout. The file appears completely or not at
 * all. Throws a UserError if it cannot be written. Passes on whatever the pieces throw.
 */
export async function writeStream(
  pieces: AsyncIterable<Uint8Array | string>,
  out: string | undefined,
  { stdout }: Pick<Io, 'stdout'>,
): Promise<void> {
  if (out === undefined) await toStream(pieces, stdout);
  else await toFile(pieces, out);
}

async function toFile(pieces: AsyncIterable<Uint8Array | string>, out: string): Promise<void> {
  await spareMeasurement(out);
  const draft = `${out}.${process.pid}.tmp`;
  const file = await attempt(out, () => open(draft, 'w'));
  try {
    for await (const piece of pieces) await attempt(out, () => file.appendFile(piece));
    await file.close();
    await attempt(out, () => rename(draft, out));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
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
