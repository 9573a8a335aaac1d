/** What a piece of text brought. */
export type Fresh =
  | { kind: 'more'; text: string }
  /** All of it had come already: a frame that sums up. */
  | { kind: 'repeat' }
  /** Each piece so far contained all text up to it. These are the new parts. */
  | { kind: 'restated'; parts: string[] };

/** At least some letters, not all the same: dashes and blanks can grow like this by chance. */
const isTelling = (text: string, least: number): boolean =>
  text.length >= least && new Set(text).size >= Math.min(least, 3);

/** This many pieces at the start, each containing the one before it, are no coincidence. */
const tried = 3;

/**
 * The pieces of one text in order. Most servers send only new text. Some send all text so far with every piece, and
 * some end with a piece that repeats the whole.
 */
export class TextChannel {
  #count = 0;
  #length = 0;
  /** The first pieces, until it is clear whether each holds all text so far. Afterward, the last of them. */
  #early: string[] = [];
  #isCumulative = false;

  /** Whether each piece holds all text so far. */
  get isCumulative(): boolean {
    return this.#isCumulative;
  }

  /**
   * `isWhole` tells whether a text is everything so far. `isClosing`: the piece came with the finish reason or after
   * it, or in a form meant for whole texts.
   */
  take(piece: string, isClosing: boolean, isWhole: (piece: string) => boolean): Fresh {
    if (this.#isCumulative) return this.#grown(piece);
    if (this.#repeatsAll(piece, isClosing, isWhole)) return { kind: 'repeat' };
    this.#count++;
    this.#length += piece.length;
    if (this.#count > tried) return { kind: 'more', text: piece };
    this.#early.push(piece);
    return this.#count === tried && this.#showsGrowth() ? this.#restate() : { kind: 'more', text: piece };
  }

  /** The text has ended. If there are only two pieces and the second contains the first, that shows only now. */
  finish(): Fresh | undefined {
    if (this.#isCumulative || this.#count !== 2 || !this.#showsGrowth()) return undefined;
    return this.#restate();
  }

  #restate(): Fresh {
    this.#isCumulative = true;
    const parts = this.#early.map((each, index) => each.slice(this.#early[index - 1]?.length ?? 0));
    this.#early = [this.#early.at(-1)!];
    return { kind: 'restated', parts };
  }

  #grown(piece: string): Fresh {
    const last = this.#early[0]!;
    if (last.startsWith(piece)) return { kind: 'repeat' };
    const goesOn = piece.startsWith(last);
    this.#early = [goesOn ? piece : last + piece];
    return { kind: 'more', text: goesOn ? piece.slice(last.length) : piece };
  }

  #repeatsAll(piece: string, isClosing: boolean, isWhole: (piece: string) => boolean): boolean {
    const isLong = piece.length >= 6;
    if (this.#count === 0 || !(isClosing ? this.#count > 1 || isLong : this.#count > 1 && isLong))
      return false;
    // Blanks around it may have been removed.
    if (piece.length < this.#length / 2 && piece.length < this.#length - 100) return false;
    return isWhole(piece);
  }

  #showsGrowth(): boolean {
    const [first, second, third] = this.#early;
    if (first === undefined || second === undefined || !isLonger(second, first)) return false;
    return third === undefined ? isTelling(first, 4) : isTelling(second, 2) && isLonger(third, second);
  }
}

function isLonger(text: string, start: string): boolean {
  return text.length > start.length && text.startsWith(start);
}
