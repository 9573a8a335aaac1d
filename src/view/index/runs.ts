import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { modelColumns, type ModelSummary } from '../../analysis/summary-columns.ts';
import type { Ms } from '../../base/clock.ts';
import { jsonOf } from '../../base/json-text.ts';
import { oneLine } from '../../base/text.ts';
import { readCsv } from '../../journal/read-csv.ts';
import { isBeingWritten } from '../../journal/lock.ts';
import type { RunStatus } from '../../journal/manifest.ts';
import { listRuns, runFiles } from '../../journal/run-folder.ts';

/** State of a run. `stopped`: its manifest says that it goes on, but no process writes to it. */
export type RunState = RunStatus | 'stopped';
export const runStates: readonly RunState[] = [
  ...(['running', 'complete', 'interrupted', 'budget', 'incomplete', 'stopped'] as const),
];

/** One run in a list. */
export interface RunEntry {
  folder: string;
  /** Names of its two folders below the results, as used in addresses. */
  suite: string;
  id: string;
  routes: readonly string[];
  models: readonly string[];
  state: RunState;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string | undefined;
  planned: number;
  /** Finished and failed requests, from models.csv. Undefined until the run has ended. */
  requests: number | undefined;
  failures: number | undefined;
  /** The gate's result, `learning 3/7`. Undefined if there is none. */
  verdict: string | undefined;
}

/** The parts of run.json that a list needs. Readers of a run check all of it. */
const shown = z.looseObject({
  run_id: z.string(),
  suite: z.looseObject({ models: z.array(z.looseObject({ id: z.string() })) }),
  routes: z.array(z.looseObject({ route: z.string() })),
  planned_requests: z.number(),
  started_at: z.string(),
  ended_at: z.string().optional(),
  status: z.enum(['running', 'complete', 'interrupted', 'budget', 'incomplete']),
});

/** Files that are read at the same time. */
const atOnce = 32;

/** All runs below a folder, newest first. Data of a run is cached until its files change. */
export class RunList {
  readonly #results: string;
  readonly #now: () => Ms;
  readonly #known = new Map<string, { stamp: string; entry: RunEntry | undefined }>();

  /** `now`: of the wall clock, in ms since 1970. */
  constructor(results: string, now: () => Ms) {
    this.#results = results;
    this.#now = now;
  }

  /** Leaves out runs with an unreadable manifest, and runs in which a link or a pipe replaces a file. */
  async all(): Promise<RunEntry[]> {
    const folders = (await listRuns(this.#results)).reverse();
    const entries: RunEntry[] = [];
    for (let from = 0; from < folders.length; from += atOnce) {
      const some = await Promise.all(folders.slice(from, from + atOnce).map((folder) => this.#entry(folder)));
      for (const entry of some) if (entry) entries.push(entry);
    }
    return entries;
  }

  /** A run by the names of its folders. Undefined for any name that is not in the list. */
  async find(suite: string, id: string): Promise<RunEntry | undefined> {
    const folder = (await listRuns(this.#results)).find(
      (one) => basename(one) === id && basename(dirname(one)) === suite,
    );
    return folder === undefined ? undefined : await this.#entry(folder);
  }

  async #entry(folder: string): Promise<RunEntry | undefined> {
    const stamp = (
      await Promise.all(
        [runFiles.manifest, runFiles.models, runFiles.gate].map((name) => stampOf(join(folder, name))),
      )
    ).join(' ');
    if (stamp.includes(notAFile)) return undefined;
    const known = this.#known.get(folder);
    const entry = known?.stamp === stamp ? known.entry : await readEntry(folder);
    this.#known.set(folder, { stamp, entry });
    if (entry?.state !== 'running') return entry;
    return { ...entry, state: (await isBeingWritten(folder, this.#now())) ? 'running' : 'stopped' };
  }
}

/** Marks a link, which leads elsewhere, or a pipe, which blocks its reader. */
const notAFile = 'no file';

const stampOf = async (path: string): Promise<string> => {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 'none';
  return found.isFile() ? `${found.mtimeMs}/${found.size}` : notAFile;
};

async function readEntry(folder: string): Promise<RunEntry | undefined> {
  const text = await readFile(join(folder, runFiles.manifest), 'utf8').catch(() => undefined);
  const parsed = shown.safeParse(text === undefined ? undefined : jsonOf(text));
  if (!parsed.success) return undefined;
  const { suite, routes, planned_requests, started_at, ended_at, status } = parsed.data;
  return {
    folder,
    suite: basename(dirname(folder)),
    id: basename(folder),
    routes: routes.map(({ route }) => route),
    models: suite.models.map(({ id }) => id),
    state: status,
    startedAt: started_at,
    endedAt: ended_at,
    planned: planned_requests,
    ...(await countsOf(folder)),
    verdict: await verdictOf(folder),
  };
}

/** The parts of gate.json that a list needs. */
const decided = z.looseObject({ word: z.string() });

async function verdictOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, runFiles.gate), 'utf8').catch(() => undefined);
  const parsed = decided.safeParse(text === undefined ? undefined : jsonOf(text));
  return parsed.success ? oneLine(parsed.data.word, 40) : undefined;
}

async function countsOf(folder: string): Promise<Pick<RunEntry, 'requests' | 'failures'>> {
  const none = { requests: undefined, failures: undefined };
  try {
    const models = await Array.fromAsync(
      readCsv<Pick<ModelSummary, 'requests' | 'successes'>>(join(folder, runFiles.models), modelColumns),
    );
    if (models.length === 0) return none;
    const requests = models.reduce((sum, model) => sum + model.requests, 0);
    return {
      requests,
      failures: requests - models.reduce((sum, model) => sum + model.successes, 0),
    };
  } catch {
    return none;
  }
}

/** Filters of a list. Each is a word that must match. */
export interface RunFilter {
  suite?: string;
  model?: string;
  state?: string;
  /** First and last day, `2026-11-22`. */
  since?: string;
  until?: string;
}

export function filteredRuns(entries: readonly RunEntry[], filter: RunFilter): RunEntry[] {
  const { suite, model, state, since, until } = filter;
  return entries.filter(
    (entry) =>
      (suite === undefined || entry.suite === suite) &&
      (model === undefined || entry.models.some((name) => name.includes(model))) &&
      (state === undefined || entry.state === state) &&
      (since === undefined || entry.startedAt.slice(0, 10) >= since) &&
      (until === undefined || entry.startedAt.slice(0, 10) <= until),
  );
}
