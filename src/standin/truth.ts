import type { Ms } from '../base/clock.ts';
import { frameKinds } from './frame.ts';
import type { FrameKind } from './frame.ts';
import type { ChatFacts, Outcome } from './reply.ts';

/**
 * What really happened to one request, in milliseconds of the machine's monotonic clock (`machineNow`). `written`
 * is stamped just before the system call that sends a frame's last byte.
 */
export class TruthRecord {
  readonly chat: ChatFacts;
  /** The head of the request had been parsed. */
  readonly received: Ms;
  readonly bodyRead: Ms;
  /** Order in which requests ended, from 1. Absent while it goes on. */
  sequence: number | undefined;
  status = 0;
  headersDue: Ms = 0;
  headersWritten: Ms | undefined;
  ended: Ms | undefined;
  outcome: Outcome | undefined;
  frames = 0;
  readonly #keepsFrames: boolean;
  #instants = new Float64Array(0);
  #kinds = new Uint8Array(0);

  constructor(chat: ChatFacts, received: Ms, bodyRead: Ms, keepsFrames: boolean) {
    this.chat = chat;
    this.received = received;
    this.bodyRead = bodyRead;
    this.#keepsFrames = keepsFrames;
  }

  frame(kind: FrameKind, due: Ms, written: Ms): void {
    if (!this.#keepsFrames) return;
    if (this.frames === this.#kinds.length) this.#resize(Math.max(16, this.frames * 2));
    this.#kinds[this.frames] = frameKinds.indexOf(kind);
    this.#instants[this.frames * 2] = due;
    this.#instants[this.frames * 2 + 1] = written;
    this.frames++;
  }

  /** Gives back what it does not use. */
  trim(): void {
    this.#resize(this.frames);
  }

  toJSON(): object {
    const { chat, sequence, status, received, bodyRead, headersDue, headersWritten, ended, outcome } = this;
    const frames = Array.from({ length: this.frames }, (_, index) => [
      frameKinds[this.#kinds[index]!],
      this.#instants[index * 2],
      this.#instants[index * 2 + 1],
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

  #resize(length: number): void {
    const instants = new Float64Array(length * 2);
    instants.set(this.#instants.subarray(0, Math.min(this.#instants.length, length * 2)));
    const kinds = new Uint8Array(length);
    kinds.set(this.#kinds.subarray(0, Math.min(this.#kinds.length, length)));
    this.#instants = instants;
    this.#kinds = kinds;
  }
}

/** Frames kept over all records: about 40 MB. */
const maxFrames = 2_000_000;

/** The records of the requests that ended last, bounded in number and in memory. */
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
