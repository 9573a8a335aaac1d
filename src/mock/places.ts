import type { Ms } from '../base/clock.ts';
import type { MockOptions } from './options.ts';

/** The options about a provider under load. */
export type PlacesOptions = Pick<
  MockOptions,
  'slots' | 'slotWaitMs' | 'stall' | 'capacityChange' | 'batching' | 'speed'
>;

/**
 * The provider's slots. Later requests queue in order, and give up after a while. During a stall nothing new begins,
 * but answers in progress continue.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #startedAt: Ms;
  readonly #now: () => Ms;
  readonly #queue: ((got: boolean) => void)[] = [];
  #busy = 0;

  constructor(options: PlacesOptions, now: () => Ms = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#startedAt = now();
    const { stall, capacityChange } = options;
    for (const at of [stall && stall.afterMs + stall.lastsMs, capacityChange?.afterMs])
      if (at !== undefined) setTimeout(() => this.#pump(), at / options.speed + 1).unref();
  }

  /** Whether requests may have to wait, or slow one another down. */
  static of(options: PlacesOptions): Places | undefined {
    const { slots, stall, batching } = options;
    return slots === undefined && stall === undefined && batching === 0 ? undefined : new Places(options);
  }

  /** Resolves to whether a slot was obtained in time. It must be released. */
  async take(): Promise<boolean> {
    if (this.#queue.length === 0 && this.#hasRoom()) {
      this.#busy++;
      return true;
    }
    return new Promise((resolve) => {
      const { slotWaitMs, speed } = this.#options;
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        resolve(false);
      }, slotWaitMs / speed);
      const waiter = (got: boolean): void => {
        clearTimeout(timer);
        resolve(got);
      };
      this.#queue.push(waiter);
    });
  }

  give(): void {
    this.#busy--;
    this.#pump();
  }

  /** Slowdown factor of a stream that begins now: each other one in progress adds the same share. */
  get stretch(): number {
    return 1 + this.#options.batching * Math.max(0, this.#busy - 1);
  }

  /** On the provider's own clock, which runs faster by `speed`. */
  get #elapsed(): Ms {
    return (this.#now() - this.#startedAt) * this.#options.speed;
  }

  #hasRoom(): boolean {
    const { slots = Infinity, stall, capacityChange } = this.#options;
    const elapsed = this.#elapsed;
    if (stall && elapsed >= stall.afterMs && elapsed < stall.afterMs + stall.lastsMs) return false;
    const places = capacityChange && elapsed >= capacityChange.afterMs ? capacityChange.slots : slots;
    return this.#busy < places;
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#hasRoom()) {
      this.#busy++;
      this.#queue.shift()!(true);
    }
  }
}
