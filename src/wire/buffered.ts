import type { Ms } from '../base/clock.ts';
import type { ChunkLog } from '../measure/chunk-log.ts';

/** With fewer pieces, a stream does not show whether it was held back. */
const fewestPieces = 5;
/** No hosted model writes faster than this to one reader. A released buffer does. */
const fastestPiecesPerMs = 4;
/** With less time before the burst, the server may simply have been quick. */
const quickMs: Ms = 50;
/** If the burst takes a larger share of the whole time, it is a stream. */
const burstShare = 0.05;

/** Assumed time per piece of a hosted model, if neither its server nor its other answers tell. */
const assumedPieceMs: Ms = 4;
/** Our lag is short if it is below this share of the writing time: then it cannot have gathered the pieces. */
const shortShare = 0.25;
/** Number of answers after which a model's pace is known. */
const rememberedAnswers = 32;

/** Known facts about the time that an answer took to write. */
export interface Writing {
  /** As reported by the server. */
  evalMs?: Ms | undefined;
  /** Time per piece in other answers of the model. */
  pieceMs?: Ms | undefined;
}

/** How fast a model writes, from its answers that flowed. */
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

  /** Median milliseconds from piece to piece. Undefined until an answer has flowed. */
  get pieceMs(): Ms | undefined {
    return (this.#median ??= this.#paces.toSorted((a, b) => a - b)[Math.floor(this.#paces.length / 2)]);
  }
}

/**
 * Whether the pieces came in one burst at the end although the server took its time: something on the way collected the
 * whole stream and sent it at once. Nine in ten pieces must be within the burst, so that a role chunk that a proxy sent
 * ahead does not hide it. False if this process may have gathered the pieces itself, that is, unless its lag was far
 * shorter than the writing time. Also false if the model is known to write this fast.
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
