import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from '../measure/chunk-log.ts';

/** A stream of fewer pieces says nothing about whether it was held back. */
const fewestPieces = 5;
/** No hosted model writes faster than this to one reader; a buffer that is let go does. */
const fastestPiecesPerMs = 4;
/** Time before the burst below which the server may simply have been quick. */
const quickMs: Ms = 50;
/** The burst's share of the whole time above which it is a stream. */
const burstShare = 0.05;

/** What a hosted model takes for a piece, where neither its server nor its other answers say. */
const assumedPieceMs: Ms = 4;
/** Our lag is short against the time of writing below this share of it: then it cannot have gathered the pieces. */
const shortShare = 0.25;
/** Answers of which the pace of a model is known. */
const rememberedAnswers = 32;

/** What is known of the time that an answer took to write. */
export interface Writing {
  /** As the server reported it. */
  evalMs?: Ms | undefined;
  /** Of a piece, in other answers of the model. */
  pieceMs?: Ms | undefined;
}

/** How fast a model writes, from those of its answers that flowed. */
export class WritingPace {
  readonly #paces: number[] = [];
  #median: Ms | undefined;

  learn(chunks: ChunkLog): void {
    const instants = textInstants(chunks);
    const span = instants.at(-1)! - instants[0]!;
    if (instants.length < fewestPieces || !(span > 0)) return;
    if (this.#paces.push(span / (instants.length - 1)) > rememberedAnswers) this.#paces.shift();
    this.#median = undefined;
  }

  /** Median ms from piece to piece. Undefined while no answer has flowed. */
  get pieceMs(): Ms | undefined {
    return (this.#median ??= this.#paces.toSorted((a, b) => a - b)[Math.floor(this.#paces.length / 2)]);
  }
}

/**
 * Whether the pieces came in one burst at the end although the server took its time: something on the way
 * collected the whole stream and sent it at once. Nine in ten pieces must lie within the burst, so that a role
 * chunk which a proxy sent ahead does not hide it. Nobody is accused where this process can have gathered the pieces
 * itself, that is where it was not late by far less than the writing took; nor where a model is known to write so fast.
 */
export function looksBuffered(
  chunks: ChunkLog,
  headersMs: Ms | undefined,
  lagMs: Ms = 0,
  { evalMs, pieceMs }: Writing = {},
): boolean {
  if (headersMs === undefined) return false;
  const instants = textInstants(chunks);
  if (instants.length < fewestPieces) return false;
  const last = instants.at(-1)!;
  const from = instants[Math.floor(instants.length * 0.1)]!;
  const burst = last - from;
  const pieces = instants.length * 0.9;
  const known = evalMs ?? (pieceMs === undefined ? undefined : pieces * pieceMs);
  if (known !== undefined && burst > known / 2) return false;
  if (lagMs > shortShare * (known ?? pieces * assumedPieceMs)) return false;
  return last >= quickMs && burst * fastestPiecesPerMs <= pieces && burst <= last * burstShare;
}

function textInstants(chunks: ChunkLog): Ms[] {
  const instants: Ms[] = [];
  for (const { at } of chunks.texts()) instants.push(at);
  return instants;
}
