import { join } from 'node:path';
import type { Redact } from '../base/redact.ts';
import { exitCode, UserError } from '../base/user-error.ts';
import { type AnswerLine, answerWarnings, readAnswerLines } from './answers.ts';
import { createRunFolder } from './create-run-folder.ts';
import { FileState } from './file-state.ts';
import { localDisk, type Disk } from './disk.ts';
import { Journal } from './journal.ts';
import { type Lock, lockRun } from './lock.ts';
import { assertUnedited, type Manifest, readManifest, writeManifest } from './manifest.ts';
import type { RequestRow, VerdictRow } from './request-columns.ts';
import { readRequests } from './read-journal.ts';
import { settleVerdicts } from './resume.ts';
import { isThere, runFiles } from './run-folder.ts';
import type { Sink } from './sink.ts';
import { redactedVerdict, VerdictLog } from './verdicts.ts';

/**
 * Keeps a run in its own folder, which no other process may write to until `close`. Every row is flushed as its attempt
 * ends.
 */
export class FolderSink implements Sink {
  readonly folder: string;
  readonly #disk: Disk;
  #lock: Lock | undefined;
  #open: { journal: Journal; verdicts: VerdictLog } | undefined;
  #manifest: Manifest | undefined;
  #redact: Redact = (text) => text;
  readonly #answerState = new FileState();

  /** For a new run. The folder is made when the run begins, and must not contain a run. */
  constructor(folder: string, disk: Disk = localDisk) {
    this.folder = folder;
    this.#disk = disk;
  }

  /**
   * Takes the folder of a run to continue. Throws a UserError if another process has it, if it is not a run, or if its
   * suite was changed since.
   */
  static async reopen(folder: string): Promise<{ sink: FolderSink; manifest: Manifest }> {
    const sink = new FolderSink(folder);
    sink.#lock = await lockRun(folder);
    try {
      const manifest = await readManifest(folder);
      assertUnedited(folder, manifest);
      return { sink, manifest };
    } catch (error) {
      await sink.close();
      throw error;
    }
  }

  get lost(): AbortSignal | undefined {
    return this.#lock?.lost;
  }

  /** Throws a UserError if the folder contains a run, or is not writable. */
  async begin(manifest: Manifest, redact: Redact): Promise<void> {
    this.#lock ??= await createRunFolder(this.folder);
    this.#manifest = manifest;
    this.#redact = redact;
    await this.save(manifest);
    this.#open = {
      journal: await Journal.open(this.folder, redact, this.#disk),
      verdicts: new VerdictLog(this.folder, this.#disk),
    };
  }

  append(row: RequestRow, answer: AnswerLine): Promise<void> {
    return this.#open!.journal.append(row, answer);
  }

  addVerdict(verdict: VerdictRow): Promise<void> {
    return this.#open!.verdicts.append(redactedVerdict(verdict, this.#redact));
  }

  save(manifest: Manifest): Promise<void> {
    return writeManifest(this.folder, manifest, this.#disk);
  }

  rows(): AsyncIterable<RequestRow> {
    return readRequests(this.folder);
  }

  answers(): AsyncIterable<AnswerLine> {
    this.#answerState.reset();
    return readAnswerLines(this.folder, this.#answerState);
  }

  warnings(): string[] {
    return answerWarnings(this.#answerState);
  }

  async end(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    try {
      await open?.journal.close();
    } finally {
      await open?.verdicts.close();
    }
  }

  /** Moves the verdicts into the rows. Throws a UserError if another process has taken the folder. */
  async settle(): Promise<void> {
    if (this.lost?.aborted === true) throw takenOver(this.folder);
    await settleVerdicts(this.folder, this.#disk);
  }

  /** If the disk refused: what is safe and how to continue. Nothing more was sent since. */
  async explained(error: unknown): Promise<unknown> {
    return this.#manifest ? await explained(error, this.folder, this.#manifest) : error;
  }

  /** Releases the folder. */
  async close(): Promise<void> {
    await this.#lock?.release();
  }
}

/** Another process has taken over and continues the run: its manifest is not ours to write. */
function takenOver(folder: string): UserError {
  return new UserError(
    `${folder} was taken over by another gatebench, because this one did not respond for a minute. Nothing more is sent.`,
    exitCode.cannotWrite,
  );
}

async function explained(error: unknown, folder: string, manifest: Manifest): Promise<unknown> {
  const refusal = error instanceof UserError ? error.cause : error;
  // Node's own errors are named ERR_…, those of the system ENOSPC, EIO and so on.
  if (!(refusal instanceof Error) || !/^E(?!RR_)/.test((refusal as NodeJS.ErrnoException).code ?? ''))
    return error;
  if (!(await isThere(join(folder, runFiles.requests))))
    return new UserError(
      `${join(folder, runFiles.requests)} was removed while it was being written: its rows are gone, and nothing more was sent.`,
      exitCode.cannotWrite,
    );
  manifest.status = 'interrupted';
  // On a full disk this fails as well. The manifest then still says that the run goes on, so it can be resumed.
  await writeManifest(folder, manifest).catch(() => undefined);
  return new UserError(
    `${folder} can no longer be written (${refusal.message}), so nothing more was sent.\n` +
      'Every row before that is saved. Free some space, then continue with: gatebench run --resume ' +
      folder,
    exitCode.cannotWrite,
  );
}
