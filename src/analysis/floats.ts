/** A growing column of numbers, eight bytes each. NaN means a cell that was never set or not measured. */
export class Floats {
  #cells = new Float64Array(4);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get(index: number): number {
    return index < this.#length ? this.#cells[index]! : NaN;
  }

  set(index: number, value: number): void {
    if (index >= this.#cells.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#cells.length * 2));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    if (index >= this.#length) {
      this.#cells.fill(NaN, this.#length, index);
      this.#length = index + 1;
    }
    this.#cells[index] = value;
  }
}

/**
 * Growing rows of numbers, all in one block. With few rows, a block per column would take ten times as much. NaN as
 * above.
 */
export class FloatRows {
  readonly #width: number;
  #cells: Float64Array;
  #length = 0;

  constructor(width: number) {
    this.#width = width;
    this.#cells = new Float64Array(width);
  }

  get length(): number {
    return this.#length;
  }

  get(row: number, column: number): number {
    return row < this.#length ? this.#cells[row * this.#width + column]! : NaN;
  }

  set(row: number, column: number, value: number): void {
    if (row >= this.#length) this.#grow(row + 1);
    this.#cells[row * this.#width + column] = value;
  }

  #grow(length: number): void {
    const wanted = length * this.#width;
    if (wanted > this.#cells.length) {
      const grown = new Float64Array(Math.max(wanted, this.#cells.length * 2));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells.fill(NaN, this.#length * this.#width, wanted);
    this.#length = length;
  }
}
