import type { Ms } from '../base/clock.ts';
import type { Connection, Failure } from '../measure/exchange.ts';
import type { Progress } from './deadlines.ts';
import { longestText, type ByteBudget, type Holder } from './byte-budget.ts';
import { Cells, numbersPerRead, type WireFailure, type WireRecord } from './record.ts';
import { isStreamOf, longestErrorBody, streamTypes, whyUnread, type ResponseHead } from './response-head.ts';
import { cutForAll } from './too-long.ts';

/** All bytes of a request, or the same as text where each character is a byte. */
export type ReadyRequest = string | Uint8Array;

export const isReady = (request: ReadyRequest | PlainRequest): request is ReadyRequest =>
  typeof request === 'string' || request instanceof Uint8Array;

/** What undici is told. */
export interface PlainRequest {
  method: string;
  path: string;
  /** Name, value, name, value … */
  headers: string[];
  body: string;
}

/** What is asked of the wire: one request, ready to be sent. */
export interface Ask {
  id: number;
  origin: string;
  /** All of it as it goes over a direct connection, or what undici is to make of it. */
  request: ReadyRequest | PlainRequest;
  /** A stream was asked for. */
  streamed: boolean;
  /** By Ollama's own API. */
  native: boolean;
  /** In bytes; what is longer is not read on. */
  longestBody: number;
  /** When it is to be sent, on the clock of whoever asks. Absent: at once. */
  due?: Ms | undefined;
}

/** What is known of a stream that was looked into. */
export interface Seen {
  /** Pieces that carry text, and their characters. */
  texts: number;
  chars: number;
  /** When the last frame with data came, since sent. 0 while none has. */
  lastDataMs: Ms;
}

/** Room for the reads and bytes of an answer of usual length. */
interface Slab {
  reads: Float64Array;
  body: Buffer;
}

/** Slabs that are not in use: memory that is asked for anew for every request costs more than what is put into it. */
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

/** What a flight needs around it. */
export interface Tower {
  now(): Ms;
  wall(): number;
  /** Bound on the lateness of this stamp, but for the wait for a processor. */
  lag(at: Ms): Ms;
  budget: ByteBudget;
  slabs: Slabs;
  /** It is sent now. Returns how many are, this one included. */
  sent(flight: Flight): number;
  /** It is to be sent anew. */
  unsent(flight: Flight): void;
  /** So much came that its text may be longer than a text may be. */
  isLong(flight: Flight): void;
  over(flight: Flight): void;
}

/** A close that crossed with the request is heard of within a round trip; what takes longer was being worked on. */
const crossingMs: Ms = 2000;
/** A connection that another request has just given back may be taken, and be closed as well. */
const mostResends = 5;
const firstBody = 16 * 1024;
const firstReads = 64;
const mostFree = 1024;
/** Of one answer that is looked into, before others have their turn. */
const readsInLook = 64;

/**
 * One request under way: each read is stamped first and kept as it came. Whatever goes wrong is part of its record. It
 * is over once, and nothing that happens later changes it.
 */
export class Flight implements Holder {
  readonly ask: Ask;
  readonly cells = new Cells();
  /** Closes the connection that it goes over. Absent while it has none. */
  disconnect: ((reason: string) => void) | undefined;
  /** When the nearest of its deadlines may pass. */
  dueAt: Ms = Infinity;
  isOver = false;
  /** Bytes of the answer, as the budget counts them. */
  held = 0;
  head: ResponseHead | undefined;
  /** The body is the stream that was asked for. */
  isStream = false;
  /** As far as anybody has looked. */
  seen: Seen = { texts: 0, chars: 0, lastDataMs: 0 };
  bodyLength = 0;

  readonly #tower: Tower;
  #readCount = 0;
  #seenReads = 0;
  #peek: ((bytes: Buffer, at: Ms) => Seen) | undefined;
  #headBytes: Uint8Array = new Uint8Array();
  #slab: Slab;
  #reads: Float64Array;
  #body: Buffer;
  #lookAt = longestText;
  #readAt: Ms = 0;
  #readLag: Ms = 0;
  #failure: WireFailure | undefined;

  constructor(ask: Ask, tower: Tower) {
    this.ask = ask;
    this.#tower = tower;
    this.#slab = tower.slabs.take();
    this.#reads = this.#slab.reads;
    this.#body = this.#slab.body;
    this.cells.id = ask.id;
    this.cells.resends = 0;
  }

  get isSent(): boolean {
    return !Number.isNaN(this.cells.sentAt);
  }

  /** Its turn has come: a connection is looked for. */
  begin(): void {
    this.cells.begunAt = this.#tower.now();
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

  /** The call that hands its bytes over has returned; `isTaken`: the socket has taken all of them. */
  handOver(isTaken: boolean): void {
    this.cells.handedOverAt = this.#tower.now();
    if (isTaken) this.cells.writtenAt = this.cells.handedOverAt;
  }

  taken(): void {
    if (!this.isOver) this.cells.writtenAt = this.#tower.now();
  }

  /** Bytes came: this is their instant, whatever they turn out to be. */
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
    // A view of them would be left behind by every read.
    if (Buffer.isBuffer(bytes)) bytes.copy(this.#body, this.bodyLength, from, to);
    else this.#body.set(bytes.subarray(from, to), this.bodyLength);
    this.bodyLength = length;
  }

  /** All that the read brought is here. */
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

  /** The connection is gone, or speaks no HTTP. */
  lose(failure: Failure): void {
    if (this.isOver) return;
    this.#failure = { ...failure, isLost: true };
    this.#land();
  }

  /** Ends it with a failure of our own finding. */
  giveUp(failure: Failure): void {
    if (this.isOver) return;
    this.#failure = { ...failure, isLost: false };
    this.#land();
    this.disconnect?.(failure.message);
  }

  /** It need not be read on: what came says why. */
  stopReading(): void {
    if (!this.isOver) this.#stop();
  }

  /** All answers together hold too much, and this is the largest. */
  cut(limit: number): void {
    this.giveUp(cutForAll(limit));
  }

  /** Whether the news that its connection was closed can have crossed with it on the way. */
  get mayHaveCrossed(): boolean {
    const { sentAt, resends } = this.cells;
    return this.isSent && !this.head && this.#tower.now() - sentAt < crossingMs && resends < mostResends;
  }

  /** The server had closed the connection before it was read: it goes out once more. */
  again(): void {
    const { cells } = this;
    if (this.isSent) this.#tower.unsent(this);
    cells.resends++;
    this.disconnect = undefined;
    for (const name of ['sentAt', 'handedOverAt', 'writtenAt', 'reused', 'inFlight', 'startedWall'] as const)
      cells[name] = NaN;
    this.begin();
  }

  /** As they go over a direct connection. */
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

  /** Reads of the stream that nobody has looked into. */
  get hasUnseen(): boolean {
    return !this.isOver && this.isStream && this.#seenReads < this.#readCount;
  }

  /** Looks into all that has come, a little in each turn of the loop. */
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

  /** To be called when its record has been copied: its memory is another's from here on. */
  free(): void {
    this.#tower.slabs.give(this.#slab);
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
