import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyRow, Column } from '../base/column.ts';
import { csvHeader, csvLines } from './csv-file.ts';
import { localDisk, type Disk } from './disk.ts';

/** How often files are forced to disk. A power cut loses at most this much; a kill loses nothing. */
const syncEveryMs = 1000;

/**
 * Pause between writes; rows that end meanwhile share the next one. Each write takes several trips through the kernel.
 * At thousands of rows a second, they would cost more processor time than all other work on a row.
 */
const restMs = 2;

/** How long the result of the check that the file exists is trusted. */
const lookEveryMs = 50;

/** A table that is appended to, and texts of its rows that are too long for it. */
export interface LogFiles {
  table: string;
  columns: readonly Column[];
  /** One text per row, one line each. Absent: the rows are complete. */
  texts?: string;
}

/**
 * Appends rows as each is ready. A row is one line and is written to the file at once. Rows that are ready during a
 * write share the next one.
 */
export class AppendLog<Row extends AnyRow> {
  readonly #files: LogFiles;
  readonly #table: FileHandle;
  readonly #texts: FileHandle | undefined;
  #pending: { row: Row; text: string }[] = [];
  #writing: Promise<void> | undefined;
  #rested: Promise<void> = Promise.resolve();
  #lookedAt = -Infinity;
  #fault: Error | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: NodeJS.Timeout | undefined;

  private constructor(files: LogFiles, table: FileHandle, texts: FileHandle | undefined) {
    this.#files = files;
    this.#table = table;
    this.#texts = texts;
  }

  /** Opens the files for appending; a new table gets its header. */
  static async open<Row extends AnyRow>(files: LogFiles, disk: Disk = localDisk): Promise<AppendLog<Row>> {
    const table = await disk.open(files.table, 'a');
    try {
      if ((await table.stat()).size === 0) await table.appendFile(csvHeader(files.columns));
      const texts = files.texts === undefined ? undefined : await disk.open(files.texts, 'a');
      return new AppendLog(files, table, texts);
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  /** Resolves when the row is in the file. Rejects if the disk refuses; nothing more must then be paid for. */
  async append(row: Row, text = ''): Promise<void> {
    // After a refusal the last line may be torn. A row after it would end up in the middle of the damage.
    if (this.#fault !== undefined) throw this.#fault;
    this.#pending.push({ row, text });
    // A caller during a write waits for it, then for the write that includes its own row.
    await this.#writing;
    await (this.#writing ??= this.#write()
      .catch((error: unknown) => {
        this.#fault = error instanceof Error ? error : new Error(String(error));
        throw this.#fault;
      })
      .finally(() => (this.#writing = undefined)));
  }

  async close(): Promise<void> {
    try {
      await this.#writing;
      clearTimeout(this.#nextSync);
      await this.#syncing;
      if (this.#fault === undefined) await this.#sync();
    } finally {
      clearTimeout(this.#nextSync);
      await this.#table.close();
      await this.#texts?.close();
    }
  }

  /** A deleted file still accepts rows, and they would be lost. */
  async #assertInPlace(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    if ((await this.#table.stat()).nlink > 0) return;
    throw Object.assign(new Error(`ENOENT: ${basename(this.#files.table)} was removed`), { code: 'ENOENT' });
  }

  async #write(): Promise<void> {
    await this.#rested;
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    await this.#assertInPlace();
    // Texts first: a row without its text would claim what cannot be shown. The reverse is harmless.
    await this.#texts?.appendFile(batch.map(({ text }) => `${text}\n`).join(''));
    await this.#table.appendFile(
      csvLines(
        this.#files.columns,
        batch.map(({ row }) => row),
      ),
    );
    this.#rested = delay(restMs);
    // Separate from writing: a slow disk must not keep the next row in memory, where a kill would lose it.
    this.#nextSync ??= setTimeout(() => {
      this.#nextSync = undefined;
      this.#syncing = this.#syncing
        .then(() => this.#sync())
        .catch((error: unknown) => {
          this.#fault ??= error instanceof Error ? error : new Error(String(error));
        });
    }, syncEveryMs).unref();
  }

  /** The texts first, so that no row outlives its text. */
  async #sync(): Promise<void> {
    await this.#texts?.datasync();
    await this.#table.datasync();
  }
}
