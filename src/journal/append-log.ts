import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyRow, Column } from '../base/column.ts';
import { csvHeader, csvLines } from './csv-file.ts';
import { localDisk, type Disk } from './disk.ts';

/** How often the files are forced to the disk: a power cut loses at most this much; a kill loses nothing. */
const syncEveryMs = 1000;

/**
 * From the end of a write to the next: what ends meanwhile shares it. Each write is some trips through the kernel, and
 * at thousands of rows a second they would take more of the processor than all else that is done for a row.
 */
const restMs = 2;

/** So long after a look whether the file is still there, it is taken to be. */
const lookEveryMs = 50;

/** A table that is appended to, and what belongs to its rows and is too long for it. */
export interface LogFiles {
  table: string;
  columns: readonly Column[];
  /** A text per row, a line each. Absent: the rows say all. */
  texts?: string;
}

/**
 * Rows that are appended as each comes to its end. A row is one line and goes to the file in one write; rows that end
 * while a write is under way share the next one.
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

  /** Resolves when the row is in the file. Rejects when the disk refuses; nothing more must then be paid for. */
  async append(row: Row, text = ''): Promise<void> {
    // After a refusal the last line may be torn: a row behind it would stand in the middle of the damage.
    if (this.#fault !== undefined) throw this.#fault;
    this.#pending.push({ row, text });
    // Whoever comes while a write is under way waits for it, then for the one that carries his row.
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

  /** A file that was deleted under us takes rows still, and nobody will ever read them. */
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
    // Texts first: a row without its text would claim what cannot be shown; the other way round is harmless.
    await this.#texts?.appendFile(batch.map(({ text }) => `${text}\n`).join(''));
    await this.#table.appendFile(
      csvLines(
        this.#files.columns,
        batch.map(({ row }) => row),
      ),
    );
    this.#rested = delay(restMs);
    // Beside the writing: a slow disk must not keep the next row in memory, where a kill would take it.
    this.#nextSync ??= setTimeout(() => {
      this.#nextSync = undefined;
      this.#syncing = this.#syncing
        .then(() => this.#sync())
        .catch((error: unknown) => {
          this.#fault ??= error instanceof Error ? error : new Error(String(error));
        });
    }, syncEveryMs).unref();
  }

  /** The texts first, so that no row outlives its own. */
  async #sync(): Promise<void> {
    await this.#texts?.datasync();
    await this.#table.datasync();
  }
}
