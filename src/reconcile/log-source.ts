import type { Ms } from '../base/clock.ts';
import type { RequestRow } from '../journal/columns.ts';
import type { LogRow } from './log-row.ts';

/** What a source is asked for: the rows about these attempts. */
export interface Wanted {
  /** Attempts that went through the gateway. */
  attempts: readonly RequestRow[];
  /** Ids under which the run was sent: one, or those of its shards. */
  runIds: readonly string[];
  /** When the last request was over. Absent when that is not known. */
  endedAt?: Date;
}

export interface LogRows {
  rows: readonly LogRow[];
  /** Where they are from, in a few words. */
  origin: string;
  /** What a reader of the figures must know, each a sentence. */
  notes: readonly string[];
  /** Calls that were made, and time spent waiting for late rows; 0 for a file. */
  calls: number;
  waitedMs: Ms;
}

/** A way to the gateway's log. */
export interface LogSource {
  read(wanted: Wanted): Promise<LogRows>;
}
