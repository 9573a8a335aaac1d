import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../base/user-error.ts';
import type { AnswerLine } from './answer-line.ts';
import { runFiles } from './run-folder.ts';

/**
 * The lines of a run's `answers.jsonl`, one at a time. A torn last line, as a kill leaves it, is passed over.
 * Throws a UserError that names the line when one in the middle is damaged, and when there is no such file.
 */
export async function* readAnswerLines(folder: string): AsyncGenerator<AnswerLine> {
  const path = join(folder, runFiles.answers);
  const input = createReadStream(path, 'utf8');
  let number = 0;
  let damaged: string | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (damaged !== undefined) throw new UserError(damaged);
      number++;
      try {
        yield JSON.parse(line) as AnswerLine;
      } catch (error) {
        damaged = `${path}:${number}: ${(error as Error).message}`;
      }
    }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`${path} cannot be read: ${(error as Error).message}`);
  } finally {
    input.destroy();
  }
}

/**
 * What is stored of one attempt's answer. Undefined when the run has no such line; lines that are torn or damaged are
 * passed over.
 */
export async function findAnswer(folder: string, eventId: string): Promise<AnswerLine | undefined> {
  const input = createReadStream(join(folder, runFiles.answers), 'utf8');
  const start = `{"event_id":${JSON.stringify(eventId)},`;
  let found: AnswerLine | undefined;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (!line.startsWith(start)) continue;
      try {
        found = JSON.parse(line) as AnswerLine;
      } catch {
        continue;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    input.destroy();
  }
  return found;
}
