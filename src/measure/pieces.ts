import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from './chunk-log.ts';

/** What the pieces of an attempt that carried text say, in one walk. */
export interface Pieces {
  /** Instants of the first, of the first that belonged to the answer, and of the last. Absent where there was none. */
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
   * Between reads that brought text, in their order. A piece that came in the same read as another one has no instant
   * of its own, so it makes no gap; counting it as 0 ms would turn a coalesced stream into a fast one. Text that shares
   * its read with a role alone does mark that read.
   */
  gaps: Ms[];
}

/** Walks the pieces once. An answer that was not streamed has only its end: no first piece is known. */
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
