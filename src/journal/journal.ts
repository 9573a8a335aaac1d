import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type Redact, redactedDeep } from '../base/redact.ts';
import { answerJson, type AnswerLine } from './answers.ts';
import { csvHeader, csvLines } from './csv-file.ts';
import { localDisk, type Disk } from './disk.ts';
import { identityColumns, requestColumns, type RequestRow } from './request-columns.ts';
import { runFiles } from './run-folder.ts';

/** How often the files are forced to the disk: a power cut loses at most this much; a kill loses nothing. */
const syncEveryMs = 1000;

/**
 * The run's memory: rows and answers, appended as each attempt ends. A row is one line and goes to the file in
 * one write; rows that end while a write is under way share the next one.
 */
export class Journal {
  readonly #requests: FileHandle;
  readonly #answers: FileHandle;
  #pending: { row: RequestRow; line: AnswerLine }[] = [];
  #writing: Promise<void> | undefined;
  #fault: Error | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #nextSync: NodeJS.Timeout | undefined;

  readonly #redact: Redact;

  private constructor(requests: FileHandle, answers: FileHandle, redact: Redact) {
    this.#requests = requests;
    this.#answers = answers;
    this.#redact = redact;
  }

  /**
   * Opens the files of a run's folder for appending; a new file gets its header. `redact` sees all that comes from
   * outside, as it goes to the file.
   */
  static async open(
    folder: string,
    redact: Redact = (text) => text,
    disk: Disk = localDisk,
  ): Promise<Journal> {
    const requests = await disk.open(join(folder, runFiles.requests), 'a');
    try {
      if ((await requests.stat()).size === 0) await requests.appendFile(csvHeader(requestColumns));
      return new Journal(requests, await disk.open(join(folder, runFiles.answers), 'a'), redact);
    } catch (error) {
      await requests.close();
      throw error;
    }
  }

  /** Resolves when the row is in the file. Rejects when the disk refuses; the run must then stop sending. */
  async append(row: RequestRow, line: AnswerLine): Promise<void> {
    // After a refusal the last line may be torn: a row behind it would stand in the middle of the damage.
    if (this.#fault !== undefined) throw this.#fault;
    this.#pending.push({ row: redactedRow(row, this.#redact), line: redactedLine(line, this.#redact) });
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
      await this.#requests.close();
      await this.#answers.close();
    }
  }

  /** A file that was deleted under us takes rows still, and nobody will ever read them. */
  async #assertInPlace(): Promise<void> {
    if ((await this.#requests.stat()).nlink > 0) return;
    throw Object.assign(new Error(`ENOENT: ${runFiles.requests} was removed`), { code: 'ENOENT' });
  }

  async #write(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    if (batch.length === 0) return;
    await this.#assertInPlace();
    // Answers first: a row without its answer would claim what cannot be shown; the other way round is harmless.
    await this.#answers.appendFile(batch.map(({ line }) => `${answerJson(line)}\n`).join(''));
    await this.#requests.appendFile(
      csvLines(
        requestColumns,
        batch.map(({ row }) => row),
      ),
    );
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

  /** The answers first, so that no row outlives its answer. */
  async #sync(): Promise<void> {
    await this.#answers.datasync();
    await this.#requests.datasync();
  }
}

/** What says which request it was comes from the plan, and a resume must know it again. */
export function redactedRow(row: RequestRow, redact: Redact): RequestRow {
  const clean = redactedDeep(row, redact);
  for (const name of identityColumns) Object.assign(clean, { [name]: row[name] });
  return clean;
}

/** What a model said, redacted. */
export function redactedLine(line: AnswerLine, redact: Redact): AnswerLine {
  const { answer, reasoning, tool_calls } = line;
  return { ...line, ...redactedDeep({ answer, reasoning, tool_calls }, redact) };
}
