import type { Io } from './io.ts';
import { writeOutFile } from './write-stream.ts';

/**
 * Writes to the file that `--out` names, completely or not at all, else to stdout. Throws a UserError if the file cannot
 * be written.
 */
export async function writeOut(
  content: string | Uint8Array,
  out: string | undefined,
  { stdout, stderr }: Io,
): Promise<void> {
  if (out === undefined) {
    stdout.write(content);
    return;
  }
  await writeOutFile([content], out);
  stderr.write(`Written: ${out}\n`);
}
