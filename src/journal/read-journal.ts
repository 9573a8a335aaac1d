import { join } from 'node:path';
import { requestKey } from '../plan/blocks.ts';
import { cellKey, type CellNames } from '../plan/cell.ts';
import { FileState } from './file-state.ts';
import { readCsv } from './read-csv.ts';
import { requestColumns, type RequestRow } from './request-columns.ts';
import { runFiles } from './run-folder.ts';
import { readVerdicts, withVerdict } from './verdicts.ts';

/** What a journal says of the requests of its plan. */
export interface JournalState {
  /** Attempts on record. */
  attemptsOf(key: string): number;
  /** It has its final row. */
  isDone(key: string): boolean;
  /** Whether a model has an answer on a route. */
  hasAnswered(cell: CellNames): boolean;
  /** Requests that have their final row. */
  done: number;
  /** Of them, those without an answer. */
  failed: number;
}

export function keyOf(row: RequestRow): string {
  return requestKey({ ...row, prompt: row.prompt_id });
}

/** Reads a journal once. `onRow` sees each row, for what else is to be counted. */
export async function readState(folder: string, onRow: (row: RequestRow) => void): Promise<JournalState> {
  const attempts = new Map<string, number>();
  const done = new Set<string>();
  const answered = new Set<string>();
  let failed = 0;
  for await (const row of readCsv<RequestRow>(join(folder, runFiles.requests), requestColumns)) {
    const key = keyOf(row);
    attempts.set(key, Math.max(attempts.get(key) ?? 0, row.attempt));
    if (row.status === 'ok') answered.add(cellKey(row));
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

/** The state of a journal in which nothing stands. */
export const emptyState: JournalState = {
  attemptsOf: () => 0,
  isDone: () => false,
  hasAnswered: () => false,
  done: 0,
  failed: 0,
};

/**
 * The rows of a run with their verdicts, one at a time, also of one that is being written or was killed: a torn last
 * line is passed over, and so is what is damaged: `state` says what that was.
 */
export async function* readRequests(folder: string, state = new FileState()): AsyncGenerator<RequestRow> {
  const path = join(folder, runFiles.requests);
  // Before the rows: verdicts that move into them meanwhile are then seen twice, and never missed.
  const verdicts = await readVerdicts(folder);
  for await (const row of readCsv<RequestRow>(path, requestColumns, { state, isJournal: true }))
    yield withVerdict(row, verdicts);
}
