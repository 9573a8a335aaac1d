import { ChunkLog, type ChunkKind } from '../../chunk-log.ts';
import type { Answered, Failed, Failure, Observed } from '../../exchange.ts';

/** `[ms since sent, kind, characters]`, plus `true` if it came in the same read as the one before. */
export type Piece = readonly [at: number, kind: ChunkKind, chars: number, merged?: true];

export function chunkLog(pieces: readonly Piece[]): ChunkLog {
  return ChunkLog.of(pieces.map(([at, kind, chars, merged = false]) => ({ at, kind, chars, merged })));
}

/** Observations of a stream that brought these pieces, with the fields that matter to the test. */
function observed(pieces: readonly Piece[], rest: Partial<Observed>): Observed {
  const done = pieces.findLast(([, kind]) => kind === 'done')?.[0];
  return {
    eventId: 'event-1',
    streamed: true,
    startedAt: new Date('2026-11-22T03:17:00.250Z'),
    sentAt: 1000,
    connection: {},
    httpStatus: 200,
    ...(done === undefined ? {} : { doneMs: done }),
    endMs: pieces.at(-1)?.[0] ?? 0,
    chunks: chunkLog(pieces),
    answer: lettersOf(pieces, 'content'),
    reasoning: lettersOf(pieces, 'reasoning'),
    toolCalls: [],
    usage: {},
    receipts: {},
    buffered: false,
    ...rest,
  };
}

/** As many letters as the pieces of this kind had characters. */
function lettersOf(pieces: readonly Piece[], wanted: ChunkKind): string {
  return 'x'.repeat(pieces.reduce((sum, [, kind, chars]) => sum + (kind === wanted ? chars : 0), 0));
}

/** A complete answer from its pieces. */
export function answered(pieces: readonly Piece[], rest: Partial<Observed> = {}): Answered {
  return { ...observed(pieces, rest), outcome: 'ok', finishReason: rest.finishReason ?? 'stop' };
}

/** An attempt that failed after these pieces. */
export function failed(
  failure: Partial<Failure>,
  pieces: readonly Piece[] = [],
  rest: Partial<Observed> = {},
): Failed {
  return {
    ...observed(pieces, rest),
    outcome: 'failed',
    failure: { status: 'error', family: 'provider', code: 'code', message: 'message', ...failure },
  };
}
