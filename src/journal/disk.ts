import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** What a journal does to files. Handed in, so that a test can let every single step of it fail. */
export interface Disk {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  /** Does nothing where there is no such file. */
  remove(path: string): Promise<void>;
}

/** The file system of this machine. */
export const localDisk: Disk = { open, rename, remove: (path) => rm(path, { force: true }) };
