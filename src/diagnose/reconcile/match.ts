import type { Ms } from '../../base/clock.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { LogRow } from './log-row.ts';

export type MatchedBy = 'log_id' | 'event_id' | 'metadata';

/** An attempt and the rows of the log that are about it. */
export interface Found {
  attempt: RequestRow;
  /** Empty when the log has none. The first is the one to compare with. */
  rows: readonly LogRow[];
  /** How the first was found. Absent when there is none. */
  by?: MatchedBy;
}

export interface Matching {
  found: readonly Found[];
  /** Rows that carry the run's id in their metadata and belong to no attempt on record. */
  strangers: readonly LogRow[];
  /** Rows of the log that have nothing to do with the run. */
  others: number;
}

/**
 * Finds the attempt that each row of the log is about: by the log's id, which came with the answer; else by our
 * event id; else by the metadata, which name the request. A request that was sent several times has several
 * attempts: then the nearest in time is taken.
 */
export function match(
  attempts: readonly RequestRow[],
  logRows: readonly LogRow[],
  runIds: readonly string[],
): Matching {
  const places = new Map(attempts.map((attempt) => [attempt, [] as { row: LogRow; by: MatchedBy }[]]));
  const byLogId = keyed(attempts, ({ gateway_log_id }) => gateway_log_id);
  const byEventId = keyed(attempts, ({ event_id }) => event_id);
  const byRequest = Map.groupBy(attempts, requestOf);
  const strangers: LogRow[] = [];
  let others = 0;
  for (const row of logRows) {
    const own = (row.id !== undefined && byLogId.get(row.id)) || undefined;
    const named = own ?? (row.eventId === undefined ? undefined : byEventId.get(row.eventId));
    const isOfRun = row.metadata.run !== undefined && runIds.includes(row.metadata.run);
    const meant = named ?? (isOfRun ? nearest(byRequest.get(requestInLog(row)) ?? [], row) : undefined);
    if (meant) places.get(meant)!.push({ row, by: own ? 'log_id' : named ? 'event_id' : 'metadata' });
    else if (isOfRun) strangers.push(row);
    else others++;
  }
  return { found: attempts.map((attempt) => foundAt(attempt, places.get(attempt)!)), strangers, others };
}

function foundAt(attempt: RequestRow, places: readonly { row: LogRow; by: MatchedBy }[]): Found {
  const [main, ...rest] = places.toSorted((a, b) => rank(b) - rank(a) || later(b.row, a.row));
  return main
    ? { attempt, rows: [main.row, ...rest.map(({ row }) => row)], by: main.by }
    : { attempt, rows: [] };
}

/** The row whose id came with the answer is the one that the answer came from; else one that went well. */
function rank({ row, by }: { row: LogRow; by: MatchedBy }): number {
  return (by === 'log_id' ? 2 : 0) + (row.status !== undefined && row.status < 400 ? 1 : 0);
}

const later = (a: LogRow, b: LogRow): number => instant(a.createdAt, 0) - instant(b.createdAt, 0);

function keyed(
  attempts: readonly RequestRow[],
  keyOf: (attempt: RequestRow) => string | undefined,
): Map<string, RequestRow> {
  return new Map(
    attempts.flatMap((attempt) => {
      const key = keyOf(attempt);
      return key ? [[key, attempt] as const] : [];
    }),
  );
}

/** The request as our metadata name it: they do not tell routes and attempts apart. */
export function requestOf({ prompt_id, model, phase, repeat }: RequestRow): string {
  return [prompt_id, model, phase === 'warmup' ? `w${repeat}` : String(repeat)].join('\n');
}

function requestInLog({ metadata: { prompt, model, repeat } }: LogRow): string {
  return [prompt, model, repeat].join('\n');
}

function nearest(attempts: readonly RequestRow[], row: LogRow): RequestRow | undefined {
  if (attempts.length < 2) return attempts[0];
  const at = instant(row.createdAt, NaN);
  const distance = ({ started_at, ended_at }: RequestRow): Ms => {
    const [from, to] = [instant(started_at, -Infinity), instant(ended_at, Infinity)];
    return at < from ? from - at : at > to ? at - to : 0;
  };
  return attempts.reduce((best, attempt) => (distance(attempt) < distance(best) ? attempt : best));
}

function instant(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Date.parse(text);
}
