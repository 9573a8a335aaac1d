import type { AnyRow } from '../base/table.ts';
import type { RequestRow } from '../journal/columns.ts';
import type { ClusterCount } from '../stats/korn-graubard.ts';
import { Floats } from './floats.ts';

const failed = 0;
const sound = 1;
/** States from here on are places in the list of invalid reasons. */
const firstInvalid = 2;

/** Answers by somebody else say nothing about this model, neither in time nor in content. */
const foreign: readonly string[] = ['fallback', 'other_model'];

/** The combinations of invalid reasons that were met, so that each answer needs only a number for its own. */
export class ReasonSets {
  readonly #places = new Map<string, number>();
  readonly #sets: (readonly string[])[] = [];

  stateOf(reasons: readonly string[]): number {
    const key = reasons.join(';');
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#sets.push(reasons.length > 0 ? reasons : ['unknown']) - 1;
      this.#places.set(key, place);
    }
    return place + firstInvalid;
  }

  of(state: number): readonly string[] {
    return this.#sets[state - firstInvalid] ?? [];
  }
}

/**
 * What one model on one route did on one prompt: one slot for each repeat, holding numbers only. A repeat that is
 * reported again (asked anew after a failure) takes the slot of the earlier one.
 */
export class PromptSamples {
  readonly #reasons: ReasonSets;
  readonly #slots = new Map<number, number>();
  readonly #states = new Floats();
  readonly #passed = new Floats();
  readonly #figures: ReadonlyMap<string, Floats>;

  constructor(columns: readonly string[], reasons: ReasonSets) {
    this.#reasons = reasons;
    this.#figures = new Map(columns.map((column) => [column, new Floats()]));
  }

  put(row: RequestRow): void {
    const slot = this.#slots.get(row.repeat) ?? this.#slots.size;
    this.#slots.set(row.repeat, slot);
    this.#states.set(slot, this.#stateOf(row));
    this.#passed.set(slot, row.passed === undefined ? NaN : Number(row.passed));
    for (const [column, cells] of this.#figures) {
      const value = (row as AnyRow)[column];
      cells.set(slot, typeof value === 'number' ? value : NaN);
    }
  }

  #stateOf(row: RequestRow): number {
    if (row.status !== 'ok') return failed;
    return row.valid === false ? this.#reasons.stateOf(row.invalid_reason ?? []) : sound;
  }

  get requests(): number {
    return this.#states.length;
  }

  get failures(): number {
    return this.#slotsWhere((state) => state === failed).length;
  }

  /** How often each reason kept an answer out of the latency figures. */
  get invalidReasons(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const slot of this.#slotsWhere((state) => state >= firstInvalid))
      for (const reason of this.#reasons.of(this.#states.get(slot)))
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return counts;
  }

  /** Answers by the model itself, sound or not. */
  get own(): number {
    return this.#slotsWhere(this.#isOwn).length;
  }

  /** Sound answers among all answers. */
  get sound(): ClusterCount {
    return {
      hits: this.#slotsWhere((state) => state === sound).length,
      total: this.requests - this.failures,
    };
  }

  /** Answers that passed among the model's own answers that were checked. */
  get passed(): ClusterCount {
    const verdicts = this.#slotsWhere(this.#isOwn).map((slot) => this.#passed.get(slot));
    return {
      hits: verdicts.filter((passed) => passed === 1).length,
      total: verdicts.filter((passed) => !Number.isNaN(passed)).length,
    };
  }

  /** What the model's own answers reported under a column, sound or not: tokens and costs. */
  reported(column: string): number[] {
    return this.#measured(column, this.#isOwn);
  }

  /** What the sound answers measured under a column: latencies and rates. */
  measured(column: string): number[] {
    return this.#measured(column, (state) => state === sound);
  }

  #measured(column: string, wanted: (state: number) => boolean): number[] {
    const cells = this.#figures.get(column);
    if (cells === undefined) throw new RangeError(`column ${column} was not collected`);
    return this.#slotsWhere(wanted)
      .map((slot) => cells.get(slot))
      .filter((value) => !Number.isNaN(value));
  }

  readonly #isOwn = (state: number): boolean =>
    state === sound ||
    (state >= firstInvalid && !this.#reasons.of(state).some((reason) => foreign.includes(reason)));

  #slotsWhere(wanted: (state: number) => boolean): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#states.length; slot++)
      if (wanted(this.#states.get(slot))) slots.push(slot);
    return slots;
  }
}
