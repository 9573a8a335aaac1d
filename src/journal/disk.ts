import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** File operations of a journal. Passed in, so that a test can make every single step fail. */
export interface Disk {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  /** Does nothing if the file is missing. */
  remove(path: string): Promise<void>;
}

/** The file system of this machine. */
export const localDisk: Disk = { open, rename, remove: (path) => rm(path, { force: true }) };
