/** What must end if a start fails, or else with what was started; the latest first. Node 22 has no `AsyncDisposableStack`. */
export class Ends implements AsyncDisposable {
  #ends: (() => PromiseLike<void>)[] = [];

  use<T extends AsyncDisposable>(it: T): T {
    this.defer(() => it[Symbol.asyncDispose]());
    return it;
  }

  defer(end: () => PromiseLike<void>): void {
    this.#ends.push(end);
  }

  /** The start is done: from here on, what is returned owns them. */
  move(): AsyncDisposable {
    const owner = new Ends();
    owner.#ends = this.#ends;
    this.#ends = [];
    return owner;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}
