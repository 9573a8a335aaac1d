import { dirname } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { refusalCode } from '../journal/run-folder.ts';

/** Why a file named by the user cannot be written, and what to do. */
export function unwritable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(
    `${path} cannot be written: ${reasons[code ?? '']?.(path) ?? message}`,
    refusalCode(error),
  );
}

const reasons: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `the folder ${dirname(path)} does not exist. Create it first.`,
  ENOTDIR: (path) => `${dirname(path)} is not a folder.`,
  EISDIR: () => 'it is a folder. Name a file in it.',
  EACCES: () => 'permission denied.',
  EROFS: () => 'the file system is read-only.',
  EPIPE: () => 'its reader has stopped.',
  EFBIG: () => 'it is larger than this shell (ulimit -f) or this disk allows.',
  ENOSPC: () => 'the disk is full.',
};
