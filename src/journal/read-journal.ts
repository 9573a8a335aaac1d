import { join } from 'node:path';
import { defined } from '../base/defined.ts';
import { requestKey } from '../plan/blocks.ts';
import { cellKey, type CellNames, namesOf } from '../plan/cell.ts';
import { FileState } from './file-state.ts';
import { readBatches, readCsv, type ReadOptions } from './read-csv.ts';
import { requestColumns, type RequestRow } from './request-columns.ts';
import { runFiles } from './run-folder.ts';
import { readVerdicts, withVerdict } from './verdicts.ts';

/** State of the plan's requests according to a journal. */
export interface JournalState {
  /** Recorded attempts. */
  attemptsOf(key: string): number;
  /** Whether it has its final row. */
  isDone(key: string): boolean;
  /** Whether a model has an answer on a route. */
  hasAnswered(cell: CellNames): boolean;
  /** Requests that have their final row. */
  done: number;
  /** Those without an answer among them. */
  failed: number;
}

export function keyOf(row: RequestRow): string {
  return requestKey({ ...row, prompt: row.prompt_id });
}

/** Reads a journal once. `onRow` receives each row, for anything else to be counted. */
export async function readState(folder: string, onRow: (row: RequestRow) => void): Promise<JournalState> {
  const attempts = new Map<string, number>();
  const done = new Set<string>();
  const answered = new Set<string>();
  let failed = 0;
  for await (const row of readCsv<RequestRow>(join(folder, runFiles.requests), requestColumns)) {
    const key = keyOf(row);
    attempts.set(key, Math.max(attempts.get(key) ?? 0, row.attempt));
    if (row.status === 'ok') answered.add(cellKey(namesOf(row)));
    if (row.final) {
      done.add(key);
      if (row.status !== 'ok') failed++;
    }
    onRow(row);
  }
  return {
    attemptsOf: (key) => attempts.get(key) ?? 0,
    isDone: (key) => done.has(key),
    hasAnswered: (cell) => answered.has(cellKey(cell)),
    done: done.size,
    failed,
  };
}

export const emptyState: JournalState = {
  attemptsOf: () => 0,
  isDone: () => false,
  hasAnswered: () => false,
  done: 0,
  failed: 0,
};

/**
 * The rows of a run with their verdicts, one at a time, even if it is being written or was killed. A torn last line and
 * damaged parts are skipped: `state` says what they were.
 */
export async function* readRequests(folder: string, state = new FileState()): AsyncGenerator<RequestRow> {
  for await (const rows of requestBatches(folder, { state })) for (const row of rows) yield row;
}

/** As above, in batches. With `wanted` columns only, as in `ReadOptions`. */
export async function* requestBatches(
  folder: string,
  options: Pick<ReadOptions, 'state' | 'wanted'>,
): AsyncGenerator<RequestRow[]> {
  const path = join(folder, runFiles.requests);
  // Read before the rows: verdicts that move into them meanwhile are then seen twice, but never missed.
  const verdicts = await readVerdicts(folder);
  const wanted = options.wanted && new Set([...options.wanted, 'event_id']);
  const known = { ...options, ...defined({ wanted: verdicts.size > 0 ? wanted : options.wanted }) };
  for await (const rows of readBatches<RequestRow>(path, requestColumns, { ...known, isJournal: true }))
    yield verdicts.size === 0 ? rows : rows.map((row) => withVerdict(row, verdicts));
}
