import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { isThere, qualityFiles, runFiles } from '../journal/run-folder.ts';

/** Files of a run that cannot be rebuilt from the others. */
const measured: readonly string[] = [
  runFiles.requests,
  runFiles.manifest,
  runFiles.answers,
  runFiles.verdicts,
  ...qualityFiles,
];

/** Throws a UserError if `--out` names a measured file: overwriting it would lose it for good. */
export async function spareMeasurement(out: string): Promise<void> {
  const path = await realpath(out).catch(() => resolve(out));
  // Some file systems do not distinguish Run.json from run.json.
  if (!measured.includes(basename(path).toLowerCase())) return;
  if (await isThere(join(dirname(path), runFiles.manifest)))
    throw new UserError(`${out} holds measurements of a run and is never overwritten. Name another file.`);
}
