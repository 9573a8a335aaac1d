import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from './chunk-log.ts';

/** What the text pieces of an attempt show, in one walk. */
export interface Pieces {
  /** Instants of the first piece, of the first answer piece, and of the last. Absent if there was none. */
  first?: Ms;
  firstAnswer?: Ms;
  last?: Ms;
  reasoningSeen: boolean;
  count: number;
  chars: number;
  /** Reads that brought text. */
  reads: number;
  /** In the first read. */
  firstPieces: number;
  firstChars: number;
  /**
   * Gaps between reads that brought text, in order. A piece in the same read as another has no instant of its own, so
   * it makes no gap. Counting it as 0 ms would turn a coalesced stream into a fast one. Text that shares its read only
   * with a role does mark that read.
   */
  gaps: Ms[];
}

/** Walks the pieces once. An answer that was not streamed has only an end: its first piece is unknown. */
export function walk(chunks: ChunkLog): Pieces {
  const pieces: Pieces = {
    reasoningSeen: false,
    count: 0,
    chars: 0,
    reads: 0,
    firstPieces: 0,
    firstChars: 0,
    gaps: [],
  };
  for (const { at, kind, chars, merged } of chunks.texts()) {
    if (pieces.last !== undefined && !(merged && at === pieces.last)) pieces.gaps.push(at - pieces.last);
    if (at !== pieces.last) pieces.reads++;
    pieces.first ??= at;
    pieces.last = at;
    if (kind === 'reasoning') pieces.reasoningSeen = true;
    else pieces.firstAnswer ??= at;
    pieces.count++;
    pieces.chars += chars;
    if (pieces.reads === 1) {
      pieces.firstPieces++;
      pieces.firstChars += chars;
    }
  }
  return pieces;
}
