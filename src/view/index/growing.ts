/** A growing list of whole numbers below 2^32, four bytes each. */
export class Codes {
  #cells = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get(index: number): number {
    return this.#cells[index]!;
  }

  set(index: number, value: number): void {
    this.#cells[index] = value;
  }

  push(value: number): void {
    if (this.#length === this.#cells.length) {
      const grown = new Uint32Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells[this.#length++] = value;
  }
}

/** A growing list of words with many repetitions: each word is stored once. */
export class Words {
  readonly codes = new Codes();
  readonly values: string[] = [];
  readonly #known = new Map<string, number>();
  #last: string | undefined;
  #lastCode = 0;

  codeOf(word: string): number {
    // Neighbors are mostly equal, and comparing is quicker than a lookup.
    if (word === this.#last) return this.#lastCode;
    const code = this.#codeOf(word);
    [this.#last, this.#lastCode] = [this.values[code]!, code];
    return code;
  }

  #codeOf(word: string): number {
    let code = this.#known.get(word);
    if (code === undefined) {
      // A cell is a slice of its line, which it would keep in memory.
      const own = Buffer.from(word).toString();
      code = this.values.push(own) - 1;
      this.#known.set(own, code);
    }
    return code;
  }

  /** Undefined for a word that no row has. */
  known(word: string): number | undefined {
    return this.#known.get(word);
  }

  at(index: number): string {
    return this.values[this.codes.get(index)]!;
  }
}
