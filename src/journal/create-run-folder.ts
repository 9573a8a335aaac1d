import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { UserError } from '../base/user-error.ts';
import { lockRun, type Lock } from './lock.ts';
import { isThere, runFiles } from './run-folder.ts';

/**
 * Makes the folder of a new run, and takes it. A folder left by a kill before anything was measured may be used again.
 * Throws a UserError if it holds a run, belongs to another process, or is not writable.
 */
export async function createRunFolder(folder: string): Promise<Lock> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw cannotBeMade(folder, error as NodeJS.ErrnoException);
  }
  const lock = await lockRun(folder);
  try {
    // Check again after taking the folder: another process may have begun in it a moment ago.
    if (
      (await openedSize(join(folder, runFiles.requests))) === 0 &&
      !(await isThere(join(folder, runFiles.manifest)))
    )
      return lock;
    throw new UserError(
      `${folder} holds a run: choose another --results or --out, or continue it with --resume.`,
    );
  } catch (error) {
    await lock.release();
    throw error instanceof UserError ? error : cannotBeMade(folder, error as NodeJS.ErrnoException);
  }
}

/** Size in bytes of a file that must be writable. The file is made if missing. */
async function openedSize(path: string): Promise<number> {
  const file = await open(path, 'a');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

function cannotBeMade(folder: string, { code, message }: NodeJS.ErrnoException): UserError {
  return new UserError(
    code === 'EEXIST' || code === 'ENOTDIR'
      ? `${folder} cannot be a folder, because a file of that name exists. Choose another --results or --out.`
      : `the run's folder ${folder} cannot be written: ${message}`,
  );
}
