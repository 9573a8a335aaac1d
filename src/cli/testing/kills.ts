import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Ms } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { keyOf, readRequests } from '../../journal/read-journal.ts';
import { requestKey } from '../../plan/blocks.ts';
import type { Started } from './gatebench.ts';

/**
 * When to kill a run: `share` of the time to its first row, of the rows that it owes, or of the time from its last row
 * to its end. Times come from an undisturbed run, so that they scale with a busy machine.
 */
export interface Moment {
  when: 'before' | 'during' | 'after';
  share: number;
}

export function anyMoment(random: Random): Moment {
  const step = random();
  return { when: step < 0.2 ? 'before' : step < 0.75 ? 'during' : 'after', share: random() };
}

/** Duration of the parts of a run before and after its rows. */
export interface Pace {
  firstRowMs: Ms;
  closingMs: Ms;
}

/** Interval between checks of a run. */
const pollMs: Ms = 4;
/** A row may be followed by another kind of work at once. */
const afterRowMs: Ms = 12;

/** A run in progress: its requests, and its folder as soon as there is one. */
interface Way {
  total: number;
  current: () => Promise<string | undefined>;
}

/** Kills a newly started program at the given moment. False if it ended earlier. */
export async function killAt(
  { when, share }: Moment,
  { child, finished }: Started,
  { total, current, pace }: Way & { pace: Pace },
): Promise<boolean> {
  const over = new AbortController();
  void finished.then(() => over.abort());
  const wait = (ms: Ms): Promise<void> => delay(ms, undefined, { signal: over.signal });
  const reach = async (final: number): Promise<void> => {
    while ((await finalRows(current)) < final) await wait(pollMs);
  };
  const done = await finalRows(current);
  try {
    if (when === 'before') await wait(share * pace.firstRowMs);
    if (when === 'during') {
      const rows = share * (total - done);
      // If it owes no rows, there is no such moment: it may end.
      await reach(done === total ? Infinity : done + 1 + Math.floor(rows));
      await wait((rows % 1) * afterRowMs);
    }
    if (when === 'after') {
      await reach(total);
      await wait(share * (pace.closingMs + (done === total ? pace.firstRowMs : 0)));
    }
  } catch {
    // It has ended.
  }
  child.kill('SIGKILL');
  return (await finished).signal === 'SIGKILL';
}

/** Lets a run finish, and returns the duration of its steps. */
export async function timed({ finished }: Started, total: number, current: Way['current']): Promise<Pace> {
  const startedAt = performance.now();
  const over = new AbortController();
  void finished.then(() => over.abort());
  const until = async (final: number): Promise<number> => {
    while ((await finalRows(current)) < final && !over.signal.aborted) await delay(pollMs);
    return performance.now();
  };
  const firstRowAt = await until(1);
  const lastRowAt = await until(total);
  const { code, stderr } = await finished;
  expect(code, stderr).toBe(0);
  return { firstRowMs: firstRowAt - startedAt, closingMs: performance.now() - lastRowAt };
}

async function finalRows(current: Way['current']): Promise<number> {
  return (await rowsSoFar(await current())).filter(({ final }) => final).length;
}

/** Folders of the runs that have begun below `results`: those with a manifest. */
export async function begunRuns(cwd: string): Promise<string[]> {
  const results = join(cwd, 'results');
  const names = await readdir(results, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('run.json')).map((name) => dirname(join(results, name)));
}

/** What was last read of a file, and how the file looked then: who waits for rows asks hundreds of times. */
const lastRead = new Map<string, { look: string; rows: RequestRow[] }>();

/** Rows of a run. Empty before it has any. */
export async function rowsSoFar(folder: string | undefined): Promise<RequestRow[]> {
  if (folder === undefined) return [];
  const path = join(folder, 'requests.csv');
  const file = await stat(path, { bigint: true }).catch(() => undefined);
  if (file === undefined) return [];
  const look = `${file.ino} ${file.size} ${file.mtimeNs}`;
  const last = lastRead.get(path);
  if (last?.look === look) return last.rows;
  const text = await readFile(path, 'utf8');
  const rows = text.includes('\n') ? await Array.fromAsync(readRequests(folder)) : [];
  lastRead.set(path, { look, rows });
  return rows;
}

/** A request as its server saw it. */
export interface Arrived {
  eventId: string;
  key: string;
}

/** Chat requests that a mock has received on the route `compat`, in order. It must keep headers. */
export async function arrivedAt(url: string): Promise<Arrived[]> {
  const seen = (await (await fetch(`${url}/__mock/requests`)).json()) as {
    path: string;
    headers: Record<string, string>;
  }[];
  return seen
    .filter(({ path }) => path.endsWith('/chat/completions'))
    .map(({ headers }) => {
      const { prompt, model, repeat } = JSON.parse(headers['cf-aig-metadata']!) as {
        prompt: string;
        model: string;
        /** `w1` in the warm-up. */
        repeat: string | number;
      };
      const turn = {
        phase: typeof repeat === 'string' ? 'warmup' : 'measure',
        repeat: Number(/\d+/.exec(`${repeat}`)),
      };
      return {
        eventId: headers['cf-aig-event-id']!,
        key: requestKey({ ...turn, prompt, model, route: 'compat' }),
      };
    });
}

/** Place and outcome of each request of a plan, to be compared with another run. */
export function finalPlaces(rows: readonly RequestRow[]): string[] {
  return rows
    .filter(({ final }) => final)
    .map((row) => `${row.block}.${row.position} ${keyOf(row).replaceAll('\n', ' ')}: ${row.status}`)
    .toSorted();
}
