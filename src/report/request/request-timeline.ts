import type { Ms } from '../../base/clock.ts';
import { type ChunkEntry, isChunkKind } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { fixed } from '../number-text.ts';
import type { Paint } from '../paint.ts';
import { pad } from '../text-width.ts';

/** An instant of an attempt, in milliseconds since it was sent. Negative before that. */
export interface Stamp {
  name: string;
  at: Ms;
}

/** Everything that was stamped, in chronological order: from the row, and from the pieces of the stream if stored. */
export function stampsOf(row: RequestRow, chunks: readonly ChunkEntry[]): Stamp[] {
  const wasStreamed = row.first_event_ms !== undefined;
  // An answer that was not streamed has one instant, whatever its parts.
  const pieces = wasStreamed ? chunks : [];
  const texts = textsOf(pieces);
  const firstOf = (kind: string): Ms | undefined => pieces.find((chunk) => chunk[1] === kind)?.[0];
  const firstReasoning = texts.find(({ kind }) => kind === 'reasoning')?.at;
  const firstAnswer = row.ttfat_ms ?? texts.find(({ kind }) => kind !== 'reasoning')?.at;
  const isTold = row.ttft_ms === firstReasoning || row.ttft_ms === firstAnswer;
  const given: [string, Ms | undefined][] = [
    // First of all: the wait in our own queue.
    ['scheduled', row.queue_ms === undefined ? undefined : -row.queue_ms],
    ['sent', 0],
    ['headers', row.ttfb_ms],
    ['first event', row.first_event_ms],
    ['first reasoning', firstReasoning],
    ['first piece', isTold ? undefined : row.ttft_ms],
    ['first answer piece', firstAnswer],
    [wasStreamed ? 'last piece' : 'end of the body', row.e2e_latency_ms ?? texts.at(-1)?.at],
    ['finish reason', firstOf('finish')],
    ['usage', firstOf('usage')],
    ['[DONE]', row.stream_end_ms],
    ['over', overAt(row)],
  ];
  return given
    .flatMap(([name, at]) => (at === undefined || !Number.isFinite(at) ? [] : [{ name, at }]))
    .sort((a, b) => a.at - b.at);
}

/** In whole milliseconds, but never before the preceding exact instant. Undefined if it was never sent. */
function overAt({ started_at, ended_at, stream_end_ms, e2e_latency_ms, status }: RequestRow): Ms | undefined {
  if (started_at === undefined || ended_at === undefined) return undefined;
  const whole = Date.parse(ended_at) - Date.parse(started_at);
  // A good answer ends with its last instant, which is more precise.
  if (status === 'ok' && whole - (stream_end_ms ?? e2e_latency_ms ?? 0) < 1) return undefined;
  return whole;
}

interface TextPiece {
  at: Ms;
  kind: string;
  /** It came in the same read as the one before, so its own instant is unknown. */
  merged: boolean;
}

/** The pieces that carry text. Other shapes in a stored file are skipped. */
export function textsOf(chunks: readonly ChunkEntry[]): TextPiece[] {
  return chunks.flatMap(([at, kind, chars, merged]) =>
    isChunkKind(kind) && ['reasoning', 'content', 'tool'].includes(kind) && chars > 0 && Number.isFinite(at)
      ? [{ at, kind, merged: merged === true }]
      : [],
  );
}

export interface Gaps {
  /** Gaps between pieces from different reads, in order. */
  values: readonly Ms[];
  /** Start of the longest. */
  longestAt: Ms;
  /** Pieces that came in the same read as the one before. */
  merged: number;
}

/** Pauses between pieces of text. Undefined with fewer than two reads. */
export function gapsOf(chunks: readonly ChunkEntry[]): Gaps | undefined {
  const texts = textsOf(chunks);
  const own = texts.filter(({ merged }) => !merged);
  if (own.length < 2) return undefined;
  const values = own.slice(1).map(({ at }, index) => at - own[index]!.at);
  const longest = values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
  return { values, longestAt: own[longest]!.at, merged: texts.length - own.length };
}

const gap = 2;

/**
 * One line per stamp: its name, its instant, and its position between sent and the end, with a line from the stamp
 * before. An instant before sent is shown by an arrow.
 */
export function timeline(stamps: readonly Stamp[], columns: number, paint: Paint): string[] {
  const end = Math.max(0, ...stamps.map(({ at }) => at));
  const names = Math.max(...stamps.map(({ name }) => name.length));
  const instants = stamps.map(({ at }) => written(at, end));
  const digits = Math.max(...instants.map((text) => text.length));
  const width = Math.max(8, columns - names - digits - 2 * gap);
  const cell = (at: Ms): number => (end > 0 ? Math.round((Math.max(0, at) / end) * (width - 1)) : 0);
  let before = 0;
  return stamps.map(({ name, at }, index) => {
    const here = cell(at);
    const bar = at < 0 ? '◂' : `${' '.repeat(before)}${'─'.repeat(here - before)}●`;
    before = here;
    const blanks = ' '.repeat(gap);
    return `${pad(name, names)}${blanks}${pad(instants[index]!, digits, 'right')}${blanks}${paint('good', bar)}`;
  });
}

/** All in one unit, so that they are easy to compare. */
function written(at: Ms, end: Ms): string {
  const text = (n: number, decimals: number): string => `${n < 0 ? '−' : ''}${fixed(Math.abs(n), decimals)}`;
  return end < 9999.5 ? `${text(at, 1)} ms` : `${text(at / 1000, 3)} s`;
}
