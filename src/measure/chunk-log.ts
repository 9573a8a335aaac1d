import type { Ms } from '../base/clock.ts';

/** What a piece of a stream carried. `reasoning`, `content` and `tool` carry text; the others frame it. */
export const chunkKinds = ['role', 'reasoning', 'content', 'tool', 'finish', 'usage', 'done'] as const;
export type ChunkKind = (typeof chunkKinds)[number];

export interface Chunk {
  /** When it arrived, since `sent`. */
  at: Ms;
  kind: ChunkKind;
  /** Characters (UTF-16 units) of text that it carried. */
  chars: number;
  /** It came in the same read as the piece before it, so its own instant is unknown. */
  merged: boolean;
}

const kindBits = 8;
const mergedBit = 8;
const charsUnit = 16;

/**
 * The pieces of one stream in order, two numbers each. A list of objects would take four times the memory for each of
 * several hundred open streams. Its garbage collection would pause the very clock that stamps them.
 */
export class ChunkLog implements Iterable<Chunk> {
  /** Numbers only: eight bytes each, and nothing to allocate for a short answer. */
  readonly #cells: number[] = [];
  #texts: readonly Chunk[] | undefined;

  get length(): number {
    return this.#cells.length / 2;
  }

  /** Returns the index of the piece. */
  push(at: Ms, kind: ChunkKind, chars: number, merged: boolean): number {
    this.#texts = undefined;
    const code = chunkKinds.indexOf(kind) + (merged ? mergedBit : 0) + chars * charsUnit;
    return this.#cells.push(at, code) / 2 - 1;
  }

  /** Corrects what a piece carried. Its instant stays. */
  amend(place: number, kind: ChunkKind, chars: number): void {
    this.#texts = undefined;
    const cell = place * 2 + 1;
    const merged = this.#cells[cell]! % charsUnit >= mergedBit;
    this.#cells[cell] = chunkKinds.indexOf(kind) + (merged ? mergedBit : 0) + chars * charsUnit;
  }

  /** All pieces of one kind become another. */
  recast(from: ChunkKind, to: ChunkKind): void {
    this.#texts = undefined;
    const shift = chunkKinds.indexOf(to) - chunkKinds.indexOf(from);
    for (let cell = 1; cell < this.#cells.length; cell += 2)
      if ((this.#cells[cell]! % charsUnit) % kindBits === chunkKinds.indexOf(from))
        this.#cells[cell] = this.#cells[cell]! + shift;
  }

  map<T>(of: (chunk: Chunk) => T): T[] {
    const all: T[] = [];
    for (let place = 0; place < this.length; place++) all.push(of(this.#at(place)));
    return all;
  }

  *[Symbol.iterator](): Generator<Chunk> {
    for (let place = 0; place < this.length; place++) yield this.#at(place);
  }

  #at(place: number): Chunk {
    const code = this.#cells[place * 2 + 1]!;
    const flags = code % charsUnit;
    return {
      at: this.#cells[place * 2]!,
      kind: chunkKinds[flags % kindBits]!,
      chars: Math.floor(code / charsUnit),
      merged: flags >= mergedBit,
    };
  }

  /** The pieces that carry text: non-empty reasoning, answer or tool call. Listed once and cached. */
  texts(): readonly Chunk[] {
    if (this.#texts) return this.#texts;
    const texts: Chunk[] = [];
    for (let place = 0; place < this.length; place++) {
      const piece = this.#at(place);
      const isText = piece.kind === 'content' || piece.kind === 'reasoning' || piece.kind === 'tool';
      if (isText && piece.chars > 0) texts.push(piece);
    }
    return (this.#texts = texts);
  }

  /** Number of pieces of a kind. */
  count(kind: ChunkKind): number {
    const wanted = chunkKinds.indexOf(kind);
    let count = 0;
    for (let cell = 1; cell < this.#cells.length; cell += 2)
      if ((this.#cells[cell]! % charsUnit) % kindBits === wanted) count++;
    return count;
  }

  static of(chunks: Iterable<Chunk>): ChunkLog {
    const log = new ChunkLog();
    for (const { at, kind, chars, merged } of chunks) log.push(at, kind, chars, merged);
    return log;
  }
}
