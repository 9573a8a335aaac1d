import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from '../record/chunk-log.ts';
import { lagShare } from '../metric/lag.ts';

/** A stream of fewer pieces says nothing about whether it was held back. */
const fewestPieces = 5;
/** No hosted model writes faster than this to one reader; a buffer that is let go does. */
const fastestPiecesPerMs = 4;
/** Time before the burst below which the server may simply have been quick. */
const quickMs: Ms = 50;
/** The burst's share of the whole time above which it is a stream. */
const burstShare = 0.05;

/**
 * Whether the pieces came in one burst at the end although the server took its time: something on the way
 * collected the whole stream and sent it at once. Nine in ten pieces must lie within the burst, so that a role
 * chunk which a proxy sent ahead does not hide it. When this process was late enough to have gathered them
 * itself, nobody else is accused.
 */
export function looksBuffered(chunks: ChunkLog, headersMs: Ms | undefined, lagMs: Ms = 0): boolean {
  if (headersMs === undefined) return false;
  const instants: Ms[] = [];
  for (const { at } of chunks.texts()) instants.push(at);
  if (instants.length < fewestPieces) return false;
  const last = instants.at(-1)!;
  const from = instants[Math.floor(instants.length * 0.1)]!;
  if (lagMs > last * lagShare) return false;
  const burst = last - from;
  const pieces = instants.length * 0.9;
  return last >= quickMs && burst * fastestPiecesPerMs <= pieces && burst <= last * burstShare;
}
