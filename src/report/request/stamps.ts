import type { Ms } from '../../base/clock.ts';
import { type ChunkEntry, isChunkKind } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';

/** An instant of an attempt, in milliseconds since it was sent; negative before. */
export interface Stamp {
  name: string;
  at: Ms;
}

/** Everything that was stamped, in the order of time: from the row, and from the pieces of the stream where kept. */
export function stampsOf(row: RequestRow, chunks: readonly ChunkEntry[]): Stamp[] {
  const wasStreamed = row.first_event_ms !== undefined;
  // An answer that was not streamed has one instant, whatever it is made of.
  const pieces = wasStreamed ? chunks : [];
  const texts = textsOf(pieces);
  const firstOf = (kind: string): Ms | undefined => pieces.find((chunk) => chunk[1] === kind)?.[0];
  const firstReasoning = texts.find(({ kind }) => kind === 'reasoning')?.at;
  const firstAnswer = row.ttfat_ms ?? texts.find(({ kind }) => kind !== 'reasoning')?.at;
  const isTold = row.ttft_ms === firstReasoning || row.ttft_ms === firstAnswer;
  const given: [string, Ms | undefined][] = [
    // Before everything: how long it waited in our own queue.
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

/** In whole milliseconds; never before the last exact instant that it follows. Undefined for what was never sent. */
function overAt({ started_at, ended_at, stream_end_ms, e2e_latency_ms, status }: RequestRow): Ms | undefined {
  if (started_at === undefined || ended_at === undefined) return undefined;
  const whole = Date.parse(ended_at) - Date.parse(started_at);
  // A good answer is over with its last instant, which is known better.
  if (status === 'ok' && whole - (stream_end_ms ?? e2e_latency_ms ?? 0) < 1) return undefined;
  return whole;
}

interface TextPiece {
  at: Ms;
  kind: string;
  /** It came in the same read as the one before, so its own instant is unknown. */
  merged: boolean;
}

/** The pieces that carry text. What a stored file has of other shape is passed over. */
export function textsOf(chunks: readonly ChunkEntry[]): TextPiece[] {
  return chunks.flatMap(([at, kind, chars, merged]) =>
    isChunkKind(kind) && ['reasoning', 'content', 'tool'].includes(kind) && chars > 0 && Number.isFinite(at)
      ? [{ at, kind, merged: merged === true }]
      : [],
  );
}

export interface Gaps {
  /** Between pieces that came in reads of their own, in order. */
  values: readonly Ms[];
  /** When the longest began. */
  longestAt: Ms;
  /** Pieces that came in one read with the one before. */
  merged: number;
}

/** Pauses between pieces of text. Undefined when there are fewer than two reads. */
export function gapsOf(chunks: readonly ChunkEntry[]): Gaps | undefined {
  const texts = textsOf(chunks);
  const own = texts.filter(({ merged }) => !merged);
  if (own.length < 2) return undefined;
  const values = own.slice(1).map(({ at }, index) => at - own[index]!.at);
  const longest = values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
  return { values, longestAt: own[longest]!.at, merged: texts.length - own.length };
}
