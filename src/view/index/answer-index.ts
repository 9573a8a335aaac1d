import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnswerLine, parsedAnswer } from '../../journal/answers.ts';
import { fileLines } from '../../journal/csv-lines.ts';
import { runFiles } from '../../journal/run-folder.ts';

/** The event id of a line ends within this many bytes. */
const head = 160;

/** Positions of a run's answers in `answers.jsonl`, so that a page reads only its own. */
export class AnswerIndex {
  readonly #path: string;
  #places = new Map<string, { at: number; length: number }>();
  #read = 0;
  #file = '';
  #updating: Promise<boolean> | undefined;

  constructor(folder: string) {
    this.#path = join(folder, runFiles.answers);
  }

  /** Reads what has been added since. Concurrent callers share one reading. False if there is no file. */
  #update(): Promise<boolean> {
    this.#updating ??= this.#readOn().finally(() => (this.#updating = undefined));
    return this.#updating;
  }

  async #readOn(): Promise<boolean> {
    const found = await stat(this.#path).catch(() => undefined);
    if (found === undefined) return false;
    const file = `${found.dev}/${found.ino}`;
    if (file !== this.#file || found.size < this.#read) {
      this.#places = new Map();
      this.#read = 0;
    }
    this.#file = file;
    if (found.size === this.#read) return true;
    for await (const lines of fileLines(this.#path, { from: this.#read, head }))
      for (const { text, at, end, isTail } of lines) {
        if (isTail) continue;
        this.#read = end;
        const eventId = /^\{"event_id":"([^"\\]*)"/.exec(text)?.[1];
        if (eventId !== undefined) this.#places.set(eventId, { at, length: end - at });
      }
    return true;
  }

  /** Stored answers of these attempts, by event id. If one has several lines, the last counts. */
  async find(eventIds: Iterable<string>): Promise<Map<string, AnswerLine>> {
    const found = new Map<string, AnswerLine>();
    if (!(await this.#update())) return found;
    const file = await open(this.#path);
    try {
      for (const eventId of eventIds) {
        const place = this.#places.get(eventId);
        if (place === undefined) continue;
        const block = Buffer.alloc(place.length);
        await file.read(block, 0, place.length, place.at);
        const line = parsedAnswer(block.toString('utf8'));
        if (typeof line === 'object') found.set(eventId, line);
      }
      return found;
    } finally {
      await file.close();
    }
  }
}
