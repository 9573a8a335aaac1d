import type { Ms } from '../base/clock.ts';
import { type ChatFacts, type FrameKind, frameKinds, type Outcome } from './reply.ts';

/**
 * True timing of one request, in milliseconds of the machine's monotonic clock (`machineNow`). `written` is stamped
 * just before the system call that sends a frame's last byte.
 */
export class TruthRecord {
  readonly chat: ChatFacts;
  /** The head of the request had been parsed. */
  readonly received: Ms;
  readonly bodyRead: Ms;
  /** Order in which requests ended, from 1. Absent while it is in progress. */
  sequence: number | undefined;
  status = 0;
  headersDue: Ms = 0;
  headersWritten: Ms | undefined;
  ended: Ms | undefined;
  outcome: Outcome | undefined;
  readonly #keepsFrames: boolean;
  /** Kind, due and written of each frame: a flat list of numbers takes a tenth of the memory of objects. */
  #cells: number[] = [];

  constructor(chat: ChatFacts, received: Ms, bodyRead: Ms, keepsFrames: boolean) {
    this.chat = chat;
    this.received = received;
    this.bodyRead = bodyRead;
    this.#keepsFrames = keepsFrames;
  }

  get frames(): number {
    return this.#cells.length / 3;
  }

  frame(kind: FrameKind, due: Ms, written: Ms): void {
    if (this.#keepsFrames) this.#cells.push(frameKinds.indexOf(kind), due, written);
  }

  /** Releases unused memory. */
  trim(): void {
    this.#cells = this.#cells.slice();
  }

  toJSON(): object {
    const { chat, sequence, status, received, bodyRead, headersDue, headersWritten, ended, outcome } = this;
    const cells = this.#cells;
    const frames = Array.from({ length: this.frames }, (_, index) => [
      frameKinds[cells[index * 3]!],
      cells[index * 3 + 1],
      cells[index * 3 + 2],
    ]);
    return {
      ...chat,
      sequence,
      status,
      received,
      bodyRead,
      headersDue,
      headersWritten,
      ended,
      outcome,
      frames,
    };
  }
}

/** Frames kept over all records: about 50 MB. */
export const maxFrames = 2_000_000;

/** The records of the requests that ended last, limited in number and in memory. */
export class Truth {
  readonly #maxRecords: number;
  readonly #keepsFrames: boolean;
  readonly #byEvent = new Map<string, TruthRecord>();
  readonly #ended = new Map<number, TruthRecord>();
  #sequence = 0;
  #oldest = 1;
  #frames = 0;

  constructor(maxRecords: number, keepsFrames: boolean) {
    this.#maxRecords = maxRecords;
    this.#keepsFrames = keepsFrames;
  }

  open(chat: ChatFacts, received: Ms, bodyRead: Ms): TruthRecord {
    const record = new TruthRecord(chat, received, bodyRead, this.#keepsFrames);
    this.#byEvent.set(chat.eventId, record);
    return record;
  }

  close(record: TruthRecord): void {
    record.trim();
    record.sequence = ++this.#sequence;
    this.#ended.set(record.sequence, record);
    this.#frames += record.frames;
    while (this.#ended.size > this.#maxRecords || this.#frames > maxFrames) this.#drop();
  }

  /** The latest request with this event id. */
  of(eventId: string): TruthRecord | undefined {
    return this.#byEvent.get(eventId);
  }

  /** Requests that ended after the one with this sequence number, oldest first. */
  after(sequence: number, limit: number): TruthRecord[] {
    const records: TruthRecord[] = [];
    for (
      let next = Math.max(sequence + 1, this.#oldest);
      next <= this.#sequence && records.length < limit;
      next++
    )
      records.push(this.#ended.get(next)!);
    return records;
  }

  clear(): void {
    while (this.#ended.size > 0) this.#drop();
  }

  #drop(): void {
    const record = this.#ended.get(this.#oldest)!;
    this.#ended.delete(this.#oldest++);
    this.#frames -= record.frames;
    if (this.#byEvent.get(record.chat.eventId) === record) this.#byEvent.delete(record.chat.eventId);
  }
}
