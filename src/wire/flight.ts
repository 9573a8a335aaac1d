import type { Ms } from '../base/clock.ts';
import type { Connection, Failure } from '../measure/exchange.ts';
import type { Progress } from './deadlines.ts';
import { longestText, type ByteBudget, type Holder } from './byte-budget.ts';
import { Cells, numbersPerRead, type WireFailure, type WireRecord } from './record.ts';
import { isStreamOf, longestErrorBody, streamTypes, whyUnread, type ResponseHead } from './response-head.ts';
import { cutForAll } from './too-long.ts';

/** All bytes of a request, or the same as text in which each character is a byte. */
export type ReadyRequest = string | Uint8Array;

export const isReady = (request: ReadyRequest | PlainRequest): request is ReadyRequest =>
  typeof request === 'string' || request instanceof Uint8Array;

/** The request for undici. */
export interface PlainRequest {
  method: string;
  path: string;
  /** Name, value, name, value … */
  headers: string[];
  body: string;
}

/** Order to the wire: one request, ready to be sent. */
export interface Ask {
  id: number;
  origin: string;
  /** All its bytes for a direct connection, or the request for undici. */
  request: ReadyRequest | PlainRequest;
  /** A stream was requested. */
  streamed: boolean;
  /** For Ollama's own API. */
  native: boolean;
  /** In bytes. Reading stops there. */
  longestBody: number;
  /** When to send it, on the clock of the caller. Absent: at once. */
  due?: Ms | undefined;
  /** If this many that had a ceiling are in flight when it is due, it is dropped. Absent: it is always sent. */
  ceiling?: number | undefined;
}

/** What is known of a stream that was examined. */
export interface Seen {
  /** Pieces that carry text, and their characters. */
  texts: number;
  chars: number;
  /** When the last frame with data came, since sent. 0 if none has. */
  lastDataMs: Ms;
}

/** Room for the reads and bytes of an answer of usual length. */
interface Slab {
  reads: Float64Array;
  body: Buffer;
}

/** Free slabs: allocating memory for every request costs more than what is put into it. */
export class Slabs {
  readonly #free: Slab[] = [];

  take(): Slab {
    return (
      this.#free.pop() ?? {
        reads: new Float64Array(firstReads * numbersPerRead),
        body: Buffer.allocUnsafeSlow(firstBody),
      }
    );
  }

  give(slab: Slab): void {
    if (this.#free.length < mostFree) this.#free.push(slab);
  }
}

/** What a flight needs from its surroundings. */
export interface Tower {
  now(): Ms;
  wall(): number;
  /** Bound on the lateness of this stamp, without the wait for a processor. */
  lag(at: Ms): Ms;
  budget: ByteBudget;
  slabs: Slabs;
  /** It is sent now. Returns the number of requests in flight, including this one. */
  sent(flight: Flight): number;
  /** It must be sent again. */
  unsent(flight: Flight): void;
  /** So much came that its text may exceed the limit. */
  isLong(flight: Flight): void;
  over(flight: Flight): void;
}

/** A close that crossed with the request arrives within a round trip. After that, the server was working on it. */
const crossingMs: Ms = 2000;
/** It may take a connection that another request just returned, which may be closed as well. */
const mostResends = 5;
const firstBody = 16 * 1024;
const firstReads = 64;
const noReads: Float64Array = new Float64Array();
const noBody: Buffer = Buffer.alloc(0);
const mostFree = 1024;
/** Of one answer that is examined before others have their turn. */
const readsInLook = 64;

/**
 * One request in flight: each read is stamped first and kept as it came. Any failure is part of its record. It ends
 * once, and later events do not change it.
 */
export class Flight implements Holder {
  readonly ask: Ask;
  readonly cells = new Cells();
  /** Closes its connection. Absent while it has none. */
  disconnect: ((reason: string) => void) | undefined;
  /** When its next deadline may pass. */
  dueAt: Ms = Infinity;
  isOver = false;
  /** Bytes of the answer, as counted by the budget. */
  held = 0;
  head: ResponseHead | undefined;
  /** The body is the stream that was requested. */
  isStream = false;
  /** As far as it was examined. */
  seen: Seen = { texts: 0, chars: 0, lastDataMs: 0 };
  bodyLength = 0;

  readonly #tower: Tower;
  #readCount = 0;
  #seenReads = 0;
  #peek: ((bytes: Buffer, at: Ms) => Seen) | undefined;
  #headBytes: Uint8Array = new Uint8Array();
  /** Absent until it has begun: many may wait for their time. */
  #slab: Slab | undefined;
  #reads = noReads;
  #body = noBody;
  #lookAt = longestText;
  #readAt: Ms = 0;
  #readLag: Ms = 0;
  #failure: WireFailure | undefined;

  constructor(ask: Ask, tower: Tower) {
    this.ask = ask;
    this.#tower = tower;
    this.cells.id = ask.id;
    this.cells.resends = 0;
  }

  get isSent(): boolean {
    return !Number.isNaN(this.cells.sentAt);
  }

  /** Its turn has come: it needs a connection. */
  begin(): void {
    this.cells.begunAt = this.#tower.now();
    if (this.#slab) return;
    this.#slab = this.#tower.slabs.take();
    this.#reads = this.#slab.reads;
    this.#body = this.#slab.body;
  }

  /** The last thing before its bytes are handed over. */
  send(): void {
    const { cells } = this;
    cells.inFlight = this.#tower.sent(this);
    cells.startedWall = this.#tower.wall();
    cells.sentAt = this.#tower.now();
  }

  goesOver({ reused, dnsMs = NaN, connectMs = NaN, tlsMs = NaN }: Connection): void {
    Object.assign(this.cells, { reused: reused ? 1 : 0, dnsMs, connectMs, tlsMs });
  }

  /** The call that hands its bytes over has returned. `isTaken`: the socket has accepted all of them. */
  handOver(isTaken: boolean): void {
    this.cells.handedOverAt = this.#tower.now();
    if (isTaken) this.cells.writtenAt = this.cells.handedOverAt;
  }

  taken(): void {
    if (!this.isOver) this.cells.writtenAt = this.#tower.now();
  }

  /** Bytes came: this is their instant, whatever they contain. */
  beginRead(): void {
    this.#readAt = this.#tower.now();
    this.#readLag = this.#tower.lag(this.#readAt);
  }

  onHead(head: ResponseHead, bytes: Uint8Array): void {
    if (this.isOver) return;
    this.cells.headAt = this.#readAt;
    this.head = head;
    this.#headBytes = bytes;
    this.isStream = isStreamOf(this.ask.native ? streamTypes.native : streamTypes.openAi, head);
    if (whyUnread(head, this.isStream)) this.#stop();
  }

  onBody(bytes: Uint8Array, from: number, to: number): void {
    if (this.isOver) return;
    const length = this.bodyLength + to - from;
    if (length > this.#body.length) this.#grow(length);
    // Every read would leave behind a view of them.
    if (Buffer.isBuffer(bytes)) bytes.copy(this.#body, this.bodyLength, from, to);
    else this.#body.set(bytes.subarray(from, to), this.bodyLength);
    this.bodyLength = length;
  }

  /** Everything that the read brought is here. */
  endRead(): void {
    if (this.isOver) return;
    const place = this.#readCount * numbersPerRead;
    const before = this.#readCount === 0 ? 0 : this.#reads[place - 2]!;
    if (this.bodyLength === before) return;
    if (place === this.#reads.length) {
      const grown = new Float64Array(place * 2);
      grown.set(this.#reads);
      this.#reads = grown;
    }
    this.#reads[place] = this.#readAt;
    this.#reads[place + 1] = this.bodyLength;
    this.#reads[place + 2] = this.#readLag;
    this.#readCount++;
    if (this.bodyLength > this.#longest) this.#stop();
    else this.#tower.budget.grew(this, this.bodyLength - before + numbersPerRead * 8);
    if (this.bodyLength > this.#lookAt) {
      this.#lookAt = this.bodyLength + longestText;
      this.#tower.isLong(this);
    }
  }

  /** The answer is whole. */
  end(): void {
    if (this.isOver) return;
    this.cells.bodyEndAt = this.#readAt;
    this.cells.bodyEndLag = this.#readLag;
    this.#land();
  }

  /** The connection is lost, or does not speak HTTP. */
  lose(failure: Failure): void {
    if (this.isOver) return;
    this.#failure = { ...failure, isLost: true };
    this.#land();
  }

  /** Ends it with a failure that we found. */
  giveUp(failure: Failure): void {
    if (this.isOver) return;
    this.#failure = { ...failure, isLost: false };
    this.#land();
    this.disconnect?.(failure.message);
  }

  /** Reading can stop: the bytes so far say why. */
  stopReading(): void {
    if (!this.isOver) this.#stop();
  }

  /** All answers together hold too much, and this one is the largest. */
  cut(limit: number): void {
    this.giveUp(cutForAll(limit));
  }

  /** Whether the request can have crossed with the news that its connection was closed. */
  get mayHaveCrossed(): boolean {
    const { sentAt, resends } = this.cells;
    return this.isSent && !this.head && this.#tower.now() - sentAt < crossingMs && resends < mostResends;
  }

  /** The server had closed the connection before reading the request: it is sent again. */
  again(): void {
    const { cells } = this;
    if (this.isSent) this.#tower.unsent(this);
    cells.resends++;
    this.disconnect = undefined;
    for (const name of ['sentAt', 'handedOverAt', 'writtenAt', 'reused', 'inFlight', 'startedWall'] as const)
      cells[name] = NaN;
    this.begin();
  }

  /** Its bytes for a direct connection. */
  get bytes(): ReadyRequest {
    return this.ask.request as ReadyRequest;
  }

  progress(): Progress {
    const { sentAt, begunAt } = this.cells;
    return {
      sinceMs: this.#tower.now() - (this.isSent ? sentAt : begunAt),
      isSent: this.isSent,
      hasHead: this.head !== undefined,
      sawText: this.seen.texts > 0,
      lastDataMs: this.seen.lastDataMs,
    };
  }

  /** Reads of the stream that were not examined yet. */
  get hasUnseen(): boolean {
    return !this.isOver && this.isStream && this.#seenReads < this.#readCount;
  }

  /** Examines everything that has come, a little in each turn of the loop. */
  async look(): Promise<void> {
    if (!this.#peek) {
      const { peekInto } = await import('./peek.ts');
      this.#peek ??= peekInto(this.ask.native);
    }
    while (this.hasUnseen) {
      this.#lookAtSome(this.#peek);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #lookAtSome(peek: (bytes: Buffer, at: Ms) => Seen): void {
    const until = Math.min(this.#readCount, this.#seenReads + readsInLook);
    for (; this.#seenReads < until; this.#seenReads++) {
      const place = this.#seenReads * numbersPerRead;
      const from = place === 0 ? 0 : this.#reads[place - 2]!;
      const bytes = this.#body.subarray(from, this.#reads[place + 1]);
      this.seen = peek(bytes, this.#reads[place]! - this.cells.sentAt);
    }
  }

  record(): WireRecord {
    return {
      cells: this.cells,
      reads: this.#reads.subarray(0, this.#readCount * numbersPerRead),
      head: this.#headBytes,
      body: this.#body.subarray(0, this.bodyLength),
      failure: this.#failure,
    };
  }

  /** Call when its record has been copied: its memory is reused from here on. */
  free(): void {
    if (this.#slab) this.#tower.slabs.give(this.#slab);
  }

  get #longest(): number {
    return this.head?.status === 200 ? this.ask.longestBody : longestErrorBody;
  }

  #stop(): void {
    this.#land();
    this.disconnect?.('no more of the answer is needed');
  }

  #land(): void {
    const { cells } = this;
    this.isOver = true;
    cells.endAt = this.#tower.now();
    if (Number.isNaN(cells.begunAt)) cells.begunAt = cells.endAt;
    if (Number.isNaN(cells.startedWall)) cells.startedWall = this.#tower.wall();
    this.#tower.budget.release(this);
    this.#tower.over(this);
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#body.length * 2));
    grown.set(this.#body.subarray(0, this.bodyLength));
    this.#body = grown;
  }
}
