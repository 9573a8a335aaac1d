import type { FileHandle } from 'node:fs/promises';
import { localDisk, type Disk } from '../disk.ts';

/** Kinds of steps in which a disk can fail. */
export const diskSteps = ['open', 'write', 'sync', 'rename', 'remove'] as const;
export type DiskStep = (typeof diskSteps)[number];

const writes: readonly PropertyKey[] = ['appendFile', 'writeFile', 'truncate'];
const syncs: readonly PropertyKey[] = ['datasync', 'sync'];

/** The disk of this machine. The `nth` step of one kind fails, and so does every later one. A text is half written. */
export class FailingDisk implements Disk {
  readonly #kind: DiskStep;
  #left: number;
  /** Whether a step has failed. */
  hasFailed = false;

  constructor(kind: DiskStep, nth: number) {
    this.#kind = kind;
    this.#left = nth;
  }

  async open(path: string, flags: string): Promise<FileHandle> {
    this.#step('open');
    const file = await localDisk.open(path, flags);
    return new Proxy(file, { get: (_, name) => this.#member(file, name) });
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step('rename');
    await localDisk.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#step('remove');
    await localDisk.remove(path);
  }

  #member(file: FileHandle, name: PropertyKey): unknown {
    const member: unknown = Reflect.get(file, name);
    if (typeof member !== 'function') return member;
    const call = (...given: unknown[]): unknown => Reflect.apply(member, file, given);
    if (syncs.includes(name))
      return async () => {
        this.#step('sync');
        await call();
      };
    if (!writes.includes(name)) return call;
    return async (content: unknown) => {
      try {
        this.#step('write');
      } catch (error) {
        if (typeof content === 'string') await call(content.slice(0, Math.floor(content.length / 2)));
        throw error;
      }
      await call(content);
    };
  }

  #step(kind: DiskStep): void {
    if (kind !== this.#kind || --this.#left > 0) return;
    this.hasFailed = true;
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${kind}`), { code: 'ENOSPC' });
  }
}
