import type { AnyRow } from '../base/column.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import type { ClusterCount } from '../stats/korn-graubard.ts';
import { latencies, rates } from '../measure/metrics.ts';
import type { LagEffect } from '../measure/metrics/lag.ts';
import type { Metric } from '../measure/metrics/metric.ts';
import { FloatRows } from './floats.ts';

/** Columns by which every answer is judged. */
export const sampleReads = [
  'status',
  'repeat',
  'valid',
  'invalid_reason',
  'passed',
  'passed_now',
  'client_lag_ms',
  'lag_excluded',
] as const satisfies readonly ColumnName[];
export type SampleRow = Pick<RequestRow, (typeof sampleReads)[number]>;

/** Tokens and time behind the sound answers of a prompt that carry a rate. */
export interface DecodeSums {
  readonly ms: number;
  readonly tokens: number;
}
/** A value as stamped, or the least or most that it can be in truth, given how late we can have stamped it. */
export type End = 'stamped' | 'least' | 'most';

const timed: readonly Metric[] = [...latencies, ...rates];
const effectOf = (column: string): LagEffect | undefined => timed.find(({ name }) => name === column)?.lag;

const failed = 0;
const sound = 1;
/** States from here on are indexes into the list of invalid reasons. */
const firstInvalid = 2;

/** Answers from elsewhere say nothing about this model, neither about its time nor about its content. */
const foreign: readonly string[] = ['fallback', 'other_model'];

/** The combinations of invalid reasons seen so far, so that an answer stores only a number. */
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

  areForeign(state: number): boolean {
    return this.of(state).some((reason) => foreign.includes(reason));
  }
}

/** Offsets in the row of a slot. `lost`: columns that our lag makes unusable, one bit each. */
const place = { state: 0, passed: 1, passedNow: 2, lag: 3, lost: 4, figures: 5 } as const;

/**
 * The results of one model on one route for one prompt: one slot per repeat, numbers only. A repeat that is reported
 * again (retried after a failure) takes the slot of the earlier one.
 */
export class PromptSamples {
  readonly #reasons: ReasonSets;
  readonly #slots = new Map<number, number>();
  /** One row per slot: the fields of `place`, then the figures. */
  readonly #cells: FloatRows;
  /** Whether any answer is judged by checks other than its own. */
  #isPassedNow = false;
  readonly #columns: readonly string[];
  #failures = 0;

  constructor(columns: readonly string[], reasons: ReasonSets) {
    this.#reasons = reasons;
    this.#columns = columns;
    this.#cells = new FloatRows(place.figures + columns.length);
  }

  /** The row also has the collected columns. */
  put(row: SampleRow): void {
    const slot = this.#slots.get(row.repeat) ?? this.#slots.size;
    this.#slots.set(row.repeat, slot);
    const state = this.#stateOf(row);
    this.#failures += Number(state === failed) - Number(this.#stateAt(slot) === failed);
    this.#cells.set(slot, place.state, state);
    this.#cells.set(slot, place.passed, row.passed === undefined ? NaN : Number(row.passed));
    if (row.passed_now !== undefined) {
      this.#isPassedNow = true;
      this.#cells.set(slot, place.passedNow, Number(row.passed_now));
    }
    this.#cells.set(slot, place.lag, row.client_lag_ms ?? 0);
    this.#cells.set(slot, place.lost, this.#bitsOf(row.lag_excluded ?? []));
    for (let index = 0; index < this.#columns.length; index++) {
      const value = (row as AnyRow)[this.#columns[index]!];
      this.#cells.set(slot, place.figures + index, typeof value === 'number' ? value : NaN);
    }
  }

  #stateOf(row: SampleRow): number {
    if (row.status !== 'ok') return failed;
    // Older runs decided lag for the whole row.
    const reasons = (row.invalid_reason ?? []).filter((reason) => reason !== 'client_lag');
    const isSound = row.valid !== false || (reasons.length === 0 && row.invalid_reason !== undefined);
    return isSound ? sound : this.#reasons.stateOf(reasons);
  }

  #bitsOf(columns: readonly string[]): number {
    let bits = 0;
    for (const column of columns) {
      const index = this.#columns.indexOf(column);
      // Sums of doubles stay exact below 2^53. There are fewer columns than 53.
      if (index >= 0) bits += 2 ** index;
    }
    return bits;
  }

  #isLost(slot: number, index: number): boolean {
    return Math.floor(this.#cells.get(slot, place.lost) / 2 ** index) % 2 === 1;
  }

  get requests(): number {
    return this.#cells.length;
  }

  get failures(): number {
    return this.#failures;
  }

  /** How often each reason kept an answer out of the latency figures. */
  get invalidReasons(): Map<string, number> {
    const counts = new Map<string, number>();
    for (let slot = 0; slot < this.#cells.length; slot++)
      for (const reason of this.#reasons.of(this.#stateAt(slot)))
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return counts;
  }

  /** Answers by the model itself, sound or not. */
  get own(): number {
    return this.#count((slot) => this.#isOwn(slot));
  }

  /** Sound answers among all answers. */
  get sound(): ClusterCount {
    return { hits: this.#count((slot) => this.#isSound(slot)), total: this.requests - this.failures };
  }

  /** Passed answers, out of the model's own answers that were checked. */
  get passed(): ClusterCount {
    return this.#rateOf(place.passed);
  }

  /** As above, by the current checks, for answers to an earlier version with other checks. */
  get passedNow(): ClusterCount {
    return this.#rateOf(this.#isPassedNow ? place.passedNow : place.passed);
  }

  #rateOf(verdict: number): ClusterCount {
    return {
      hits: this.#count((slot) => this.#isOwn(slot) && this.#cells.get(slot, verdict) === 1),
      total: this.#count((slot) => this.#isOwn(slot) && !Number.isNaN(this.#cells.get(slot, verdict))),
    };
  }

  /** Values of a column in the model's own answers, sound or not: tokens and costs. */
  reported(column: string): number[] {
    return this.#values(column, (slot) => this.#isOwn(slot));
  }

  /** Value of a collected column in one answer. Undefined if there is none. */
  of(repeat: number, column: string): number | undefined {
    const [slot, index] = [this.#slots.get(repeat), this.#columns.indexOf(column)];
    return slot === undefined || index < 0 ? undefined : known(this.#cells.get(slot, place.figures + index));
  }

  /**
   * Values of a column in the sound answers: latencies and rates. All of them count, however late we can have stamped
   * them: dropping those that our lag changed much would drop the fast ones. `end` gives the bound on the true value
   * instead.
   */
  measured(column: string, end: End = 'stamped'): number[] {
    const effect = end === 'stamped' ? undefined : effectOf(column);
    const isWanted = (slot: number): boolean => this.#isSound(slot);
    if (effect === undefined) return this.#values(column, isWanted);
    const [ttft, e2e] = ['ttft_ms', 'e2e_latency_ms'].map((name) => this.#placeOf(name));
    return this.#values(column, isWanted, (value, slot) => {
      const stamped = {
        lagMs: this.#cells.get(slot, place.lag),
        ttftMs: known(this.#cells.get(slot, ttft!)),
        e2eMs: known(this.#cells.get(slot, e2e!)),
      };
      return stamped.lagMs > 0 ? effect(value, stamped)[end === 'least' ? 0 : 1] : value;
    });
  }

  /**
   * Time from first to last piece, and tokens written in it, for the sound answers that have a TPOT. Undefined if there
   * are none. `end`: the bound on that time, given how late we can have stamped either piece.
   */
  decode(end: End = 'stamped'): DecodeSums | undefined {
    const [ttft, e2e, tpot] = ['ttft_ms', 'e2e_latency_ms', 'tpot_ms'].map((column) => this.#placeOf(column));
    const direction = { stamped: 0, least: -1, most: 1 }[end];
    let [ms, tokens] = [0, 0];
    for (let slot = 0; slot < this.#cells.length; slot++) {
      const span = this.#cells.get(slot, e2e!) - this.#cells.get(slot, ttft!);
      const perToken = this.#cells.get(slot, tpot!);
      if (!this.#isSound(slot) || !(span > 0) || !(perToken > 0)) continue;
      ms += Math.max(0, span + direction * this.#cells.get(slot, place.lag));
      tokens += span / perToken;
    }
    return tokens > 0 ? { ms, tokens } : undefined;
  }

  /** Sound answers in which our lag makes a column unusable, out of those that measured it or would have. */
  lostToLag(column: string): ClusterCount {
    const index = this.#columns.indexOf(column);
    const figure = this.#placeOf(column);
    const isLost = (slot: number): boolean => this.#isSound(slot) && this.#isLost(slot, index);
    return {
      hits: this.#count(isLost),
      total: this.#count(
        (slot) => isLost(slot) || (this.#isSound(slot) && !Number.isNaN(this.#cells.get(slot, figure))),
      ),
    };
  }

  #placeOf(column: string): number {
    const index = this.#columns.indexOf(column);
    if (index < 0) throw new RangeError(`column ${column} was not collected`);
    return place.figures + index;
  }

  #stateAt(slot: number): number {
    return this.#cells.get(slot, place.state);
  }

  #values(
    column: string,
    wanted: (slot: number) => boolean,
    of: (value: number, slot: number) => number = (value) => value,
  ): number[] {
    const figure = this.#placeOf(column);
    const values: number[] = [];
    for (let slot = 0; slot < this.#cells.length; slot++) {
      const value = this.#cells.get(slot, figure);
      if (!Number.isNaN(value) && wanted(slot)) values.push(of(value, slot));
    }
    return values;
  }

  #isSound(slot: number): boolean {
    return this.#stateAt(slot) === sound;
  }

  #isOwn(slot: number): boolean {
    const state = this.#stateAt(slot);
    return state === sound || (state >= firstInvalid && !this.#reasons.areForeign(state));
  }

  #count(wanted: (slot: number) => boolean): number {
    let count = 0;
    for (let slot = 0; slot < this.#cells.length; slot++) if (wanted(slot)) count++;
    return count;
  }
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
