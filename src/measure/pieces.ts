import type { Ms } from '../base/clock.ts';
import type { Exchange } from './exchange.ts';

/** First and last piece of an attempt that carried text, and the first one that belonged to the answer. */
export interface Pieces {
  first?: Ms;
  firstAnswer?: Ms;
  last?: Ms;
  reasoningSeen: boolean;
}

/** Walks the pieces once. An answer that was not streamed has only its end: no first piece is known. */
export function piecesOf({ chunks }: Exchange): Pieces {
  const pieces: Pieces = { reasoningSeen: false };
  for (const { at, kind } of chunks.texts()) {
    pieces.first ??= at;
    pieces.last = at;
    if (kind === 'reasoning') pieces.reasoningSeen = true;
    else pieces.firstAnswer ??= at;
  }
  return pieces;
}

/** Whether the instants inside the stream mean anything: it was streamed, and not held back and sent at once. */
export function hasInnerInstants({ streamed, buffered }: Exchange): boolean {
  return streamed && !buffered;
}
