/** What a piece of text brought. */
export type Fresh =
  | { kind: 'more'; text: string }
  /** All that was there already: a frame that sums up. */
  | { kind: 'repeat' }
  /** Each piece so far held all text up to it: these are the parts that they really brought. */
  | { kind: 'restated'; parts: string[] };

/** Some letters, and not the same: what grows like this by chance is dashes and blanks. */
const isTelling = (text: string, least: number): boolean =>
  text.length >= least && new Set(text).size >= Math.min(least, 3);

/** So many pieces at the start, each of which holds the one before it, are no chance. */
const tried = 3;

/**
 * The pieces of one text in order. Most servers send what is new; some send all text so far with every piece, and
 * some end with a piece that repeats the whole.
 */
export class TextChannel {
  #count = 0;
  #length = 0;
  /** The first pieces, while it is open whether each holds all text so far; the last of all of them afterwards. */
  #early: string[] = [];
  #isCumulative = false;

  /** Each piece holds all text so far. */
  get isCumulative(): boolean {
    return this.#isCumulative;
  }

  /**
   * `isWhole` tells whether a text is all that came so far; `isClosing`: the piece came with the finish reason or
   * behind it, or in a form that is meant for whole texts.
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

  /** The text is over. Two pieces, of which the second holds the first, are found out only now. */
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
    // Blanks around it may have been taken off.
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
