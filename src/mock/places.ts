import type { Ms } from '../base/clock.ts';
import type { MockOptions } from './options.ts';

/** What of the options says how a provider carries load. */
export type PlacesOptions = Pick<
  MockOptions,
  'slots' | 'slotWaitMs' | 'stall' | 'capacityChange' | 'batching' | 'speed'
>;

/**
 * What a provider does at once. Who comes later queues, first come first served, and gives up after a while. Nothing is begun
 * during a stall; what is under way goes on.
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

  /** Whether there is anything to wait for, or to be slowed by. */
  static of(options: PlacesOptions): Places | undefined {
    const { slots, stall, batching } = options;
    return slots === undefined && stall === undefined && batching === 0 ? undefined : new Places(options);
  }

  /** Whether a place was got in time; it must be given back. */
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

  /** How many times as long a stream takes that begins now: each other one under way adds the same share. */
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
