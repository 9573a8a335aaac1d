import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those that it is in, unless they exist. Rejects with the system's error. Node's own way
 * (`recursive`) never ends where the system says ENOENT although the folder around exists, as in `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || dirname(path) === path) return assertFolder(path, error);
    await makeFolder(dirname(path));
    await mkdir(path).catch((later: unknown) => assertFolder(path, later));
  }
}

/** Some systems complain about a read-only disk, or a missing permission, before they see that it exists. */
async function assertFolder(path: string, error: unknown): Promise<void> {
  if (!(await isFolder(path))) throw error;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
