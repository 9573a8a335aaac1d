/** Reports once that the last request of a run is in flight. */
export class LastSent {
  readonly #tell: () => void;
  /** Requests without their final row. */
  #left: number;
  #inFlight = 0;
  #isTold = false;

  constructor(requests: number, tell: () => void) {
    this.#left = requests;
    this.#tell = tell;
  }

  /** An attempt is being sent. */
  started(): void {
    this.#inFlight++;
    this.#look();
  }

  /** An attempt has its row. */
  ended(isFinal: boolean): void {
    this.#inFlight--;
    if (isFinal) this.#left--;
    this.#look();
  }

  #look(): void {
    if (this.#isTold || this.#left > this.#inFlight) return;
    this.#isTold = true;
    this.#tell();
  }
}
