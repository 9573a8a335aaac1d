import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, readRequests } from '../../src/journal/read-journal.ts';
import { runFiles } from '../../src/journal/run-folder.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import { watched, type Ended, type Memory } from './watched.ts';

export const models = ['a', 'b', 'c', 'd'];
export const prompts = 50;
/** Requests per repeat. */
export const perRepeat = models.length * prompts;
/** Frames with text per answer. */
const frames = 5;
const pollMs = 200;

/** A suite of this many repeats, as in a file. */
export function longSuite(repeat: number, concurrency: number): string {
  return JSON.stringify({
    version: 1,
    name: 'scale',
    models: models.map((id) => ({ id, model: `custom-ollama/sim-${id}` })),
    defaults: { checks: [{ type: 'not-empty' }] },
    prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
    run: { repeat, warmup: 0, concurrency },
  });
}

/** State when this many rows had been written. */
export interface Look extends Memory {
  rows: number;
  atSeconds: number;
}

export interface LongRun {
  looks: Look[];
  ended: Ended;
  /** Rows in the file, requests with their final row, and answered ones. */
  rows: number;
  requests: number;
  answered: number;
}

/** `gatebench run` in its own process against an instant server, observed at equal intervals of its progress. */
export async function longRun(
  folder: string,
  { requests, parts, minutes }: { requests: number; parts: number; minutes: number },
  onLook: (look: Look) => void,
): Promise<LongRun> {
  using server = await spawnInstantServer();
  const out = join(folder, 'run');
  const to = ['--route', 'local', '--base-url', `${server.url}/stream/${frames}`];
  const run = watched(
    ['run', 'scale.yaml', ...to, '--out', out, '--seed', '1', '--max-minutes', String(minutes), '--quiet'],
    folder,
  );
  const startedAt = performance.now();
  const looks: Look[] = [];
  const over = new AbortController();
  const ended = run.ended.finally(() => over.abort());
  const counter = new LineCounter(join(out, runFiles.requests));
  for (let part = 1; part < parts; part++) {
    while ((await counter.lines()) - 1 < (part * requests) / parts) {
      if (over.signal.aborted) break;
      await delay(pollMs);
    }
    const memory = await run.look().catch(() => undefined);
    // It has ended.
    if (memory === undefined) break;
    const atSeconds = (performance.now() - startedAt) / 1000;
    looks.push({ ...memory, rows: (await counter.lines()) - 1, atSeconds });
    onLook(looks.at(-1)!);
  }
  return { looks, ended: await ended, ...(await counted(out)) };
}

async function counted(out: string): Promise<Pick<LongRun, 'rows' | 'requests' | 'answered'>> {
  const keys = new Set<string>();
  let rows = 0;
  let answered = 0;
  for await (const row of readRequests(out)) {
    rows++;
    if (!row.final) continue;
    keys.add(keyOf(row));
    if (row.status === 'ok') answered++;
  }
  return { rows, requests: keys.size, answered };
}

/** Lines of a growing file. Reads only what is new. */
class LineCounter {
  readonly #path: string;
  #bytes = 0;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** 0 if there is no such file yet. */
  async lines(): Promise<number> {
    try {
      await using file = await open(this.#path);
      for await (const block of file.createReadStream({ start: this.#bytes })) {
        const bytes = block as Buffer;
        this.#bytes += bytes.length;
        for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) this.#lines++;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return this.#lines;
  }
}
