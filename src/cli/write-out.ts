import { writeFile } from 'node:fs/promises';
import type { Io } from './io.ts';
import { spareMeasurement } from './spare-measurement.ts';
import { unwritable } from './unwritable.ts';

/** Writes to the file that `--out` names, else to stdout. Throws a UserError if the file cannot be written. */
export async function writeOut(
  content: string | Uint8Array,
  out: string | undefined,
  { stdout, stderr }: Io,
): Promise<void> {
  if (out === undefined) {
    stdout.write(content);
    return;
  }
  await spareMeasurement(out);
  try {
    await writeFile(out, content);
  } catch (error) {
    throw unwritable(out, error);
  }
  stderr.write(`Written: ${out}\n`);
}
