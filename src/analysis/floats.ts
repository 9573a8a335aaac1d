/** A growing column of numbers, eight bytes each. NaN stands for a cell that was never set or not measured. */
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
