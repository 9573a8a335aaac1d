import type { Ms } from '../base/clock.ts';
import type { Timeouts } from '../suite/suite.ts';
import { unpack, type WireRecord } from './record.ts';
import { RunQueueTrack } from './run-queue-track.ts';

/** Records delivered in one turn of the loop: each is read, written, and followed by a request. */
const mostInTurn = 4;
/** Above this many entries, the track forgets those that no request can still need. */
const longTrack = 20_000;
/** Arrived records that are not read yet. */
const patienceMs: Ms = 60_000;

/** Delivers each record of the batches to its request. */
export class Arrivals {
  readonly track = new RunQueueTrack();
  readonly #waiting = new Map<number, (record: WireRecord) => void>();
  readonly #rememberMs: Ms;
  #records: WireRecord[] = [];
  #handing = false;

  constructor({ totalMs, connectMs }: Timeouts) {
    this.#rememberMs = totalMs + connectMs + patienceMs;
  }

  /** Resolves with the record of this request. */
  expect(id: number): Promise<WireRecord> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Returns the ids of those that arrived. */
  take(batch: ArrayBuffer): number[] {
    const { track, records } = unpack(batch);
    this.track.add(track);
    if (this.track.length > longTrack) this.track.forget(track[0]! - this.#rememberMs);
    this.#records.push(...records);
    if (!this.#handing) this.#handOn();
    return records.map(({ cells }) => cells.id);
  }

  hand(record: WireRecord): void {
    const { id } = record.cells;
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(record);
  }

  #handOn(): void {
    for (const record of this.#records.splice(0, mostInTurn)) this.hand(record);
    this.#handing = this.#records.length > 0;
    if (this.#handing) setImmediate(() => this.#handOn());
  }
}
