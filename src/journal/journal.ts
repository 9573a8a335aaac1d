import { join } from 'node:path';
import { type Redact, redactedDeep } from '../base/redact.ts';
import { answerJson, type AnswerLine } from './answers.ts';
import { AppendLog } from './append-log.ts';
import { localDisk, type Disk } from './disk.ts';
import { identityColumns, requestColumns, rowColumns, type RequestRow } from './request-columns.ts';
import { runFiles } from './run-folder.ts';

/** The run's rows and answers, appended as each attempt ends. */
export class Journal {
  readonly #log: AppendLog<RequestRow>;
  readonly #redact: Redact;

  private constructor(log: AppendLog<RequestRow>, redact: Redact) {
    this.#log = log;
    this.#redact = redact;
  }

  /**
   * Opens the files of a run's folder for appending. A new file gets its header. `redact` is applied to everything that
   * comes from outside.
   */
  static async open(
    folder: string,
    redact: Redact = (text) => text,
    disk: Disk = localDisk,
  ): Promise<Journal> {
    const [table, texts] = [join(folder, runFiles.requests), join(folder, runFiles.answers)];
    return new Journal(await AppendLog.open({ table, columns: requestColumns, texts }, disk), redact);
  }

  /** Resolves when the row is in the file. Rejects if the disk refuses; the run must then stop sending. */
  append(row: RequestRow, line: AnswerLine): Promise<void> {
    return this.#log.append(redactedRow(row, this.#redact), answerJson(redactedLine(line, this.#redact)));
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** Numbers, instants and booleans hold no secrets. */
const ofThePlan: readonly string[] = identityColumns;
const wordsFromOutside = rowColumns
  .filter(({ kind, name }) => (kind === 'text' || kind === 'list') && !ofThePlan.includes(name))
  .map(({ name }) => name);

/** The fields that identify a request come from the plan, and a resume must recognize them. */
export function redactedRow(row: RequestRow, redact: Redact): RequestRow {
  if (wordsFromOutside.every((name) => redactedDeep(row[name], redact) === row[name])) return row;
  const clean = redactedDeep(row, redact);
  for (const name of identityColumns) Object.assign(clean, { [name]: row[name] });
  return clean;
}

/** The model's texts, redacted. */
export function redactedLine(line: AnswerLine, redact: Redact): AnswerLine {
  const { answer, reasoning, tool_calls } = line;
  return { ...line, ...redactedDeep({ answer, reasoning, tool_calls }, redact) };
}
