import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Ms } from '../base/clock.ts';
import type { Outcome, Packet, Reply } from './reply.ts';
import { machineNow, type Timetable } from './timetable.ts';
import type { TruthRecord } from './truth-log.ts';

/** A client that does not read is dropped when this much data waits for it. */
const maxWaiting = 64 * 1024 * 1024;

/**
 * Writes one reply on time. node:http writes the head and the end. The packets between go straight to the socket, one
 * system call each, because `response.write` would delay every chunk to the end of the turn and the instants recorded
 * here would be wrong.
 */
export class Writer {
  readonly #reply: Reply;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #timetable: Timetable;
  readonly #truth: TruthRecord | undefined;
  /** The request had been read. */
  readonly #base: Ms;
  /** Taken from here one ahead of `#next`, so that the last packet is known as such when it is written. */
  readonly #packets: Iterator<Packet>;
  #next: Packet | undefined;
  #following: Packet | undefined;
  #isOver = false;

  constructor(reply: Reply, response: ServerResponse, timetable: Timetable, base: Ms, truth?: TruthRecord) {
    this.#reply = reply;
    this.#response = response;
    this.#socket = response.socket!;
    this.#timetable = timetable;
    this.#truth = truth;
    this.#base = base;
    this.#packets = reply.packets[Symbol.iterator]();
    response.once('close', () => this.#over(response.writableFinished ? 'complete' : 'client_gone'));
  }

  start(): void {
    this.#following = this.#take();
    this.#advance();
    const due = this.#base + this.#reply.headersDue;
    if (this.#truth) {
      this.#truth.status = this.#reply.status;
      this.#truth.headersDue = due;
    }
    if (due <= machineNow()) this.#writeHead();
    else this.#timetable.at(due, this.#writeHead);
  }

  /** The client left before anything was written. */
  abandon(): void {
    this.#over('client_gone');
  }

  readonly #writeHead = (): void => {
    if (this.#isOver) return;
    if (this.#reply.noHead) {
      this.#end();
      return;
    }
    if (this.#reply.joined) this.#socket.cork();
    this.#response.writeHead(this.#reply.status, this.#reply.headers);
    if (this.#truth) this.#truth.headersWritten = machineNow();
    this.#response.flushHeaders();
    this.#pump();
  };

  readonly #pump = (): void => {
    while (!this.#isOver && !this.#socket.destroyed && this.#next) {
      const due = this.#base + this.#next.due;
      if (due > machineNow()) {
        this.#timetable.at(due, this.#pump);
        return;
      }
      this.#write(this.#next);
      this.#advance();
    }
    if (!this.#isOver) this.#finish();
  };

  #write({ bytes, frames }: Packet): void {
    const sent = this.#response.chunkedEncoding && bytes.length > 0 ? chunk(bytes) : bytes;
    // The last packet and the end of the body leave together.
    const isLast =
      this.#following === undefined && this.#reply.lingerMs === 0 && this.#reply.ending === 'end';
    if (isLast) this.#socket.cork();
    const written = machineNow();
    if (sent.length > 0) this.#socket.write(sent);
    for (const { kind, due } of frames) this.#truth?.frame(kind, this.#base + due, written);
    if (this.#socket.writableLength > maxWaiting) this.#socket.destroy();
  }

  #advance(): void {
    this.#next = this.#following;
    this.#following = this.#take();
  }

  #take(): Packet | undefined {
    const step = this.#packets.next();
    return step.done ? undefined : step.value;
  }

  #finish(): void {
    if (this.#reply.lingerMs > 0) this.#timetable.at(machineNow() + this.#reply.lingerMs, this.#end);
    else this.#end();
  }

  readonly #end = (): void => {
    if (this.#isOver) return;
    if (this.#reply.ending === 'end') {
      this.#response.end();
      while (this.#socket.writableCorked > 0) this.#socket.uncork();
      this.#over('complete');
      return;
    }
    while (this.#socket.writableCorked > 0) this.#socket.uncork();
    this.#over('cut');
    if (this.#reply.ending === 'reset') this.#reset();
    else this.#socket.destroySoon();
  };

  /** Node 22 ends the stream before it resets it, and a reader that sees the end takes it for an orderly one. */
  #reset(): void {
    this.#socket.destroySoon = () => this.#socket.destroy();
    this.#socket.resetAndDestroy();
  }

  #over(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#truth) {
      this.#truth.ended = machineNow();
      this.#truth.outcome = outcome;
    }
    this.#reply.ended?.(outcome);
  }
}

/** A chunk of HTTP's chunked coding, in one buffer for one write. */
function chunk(bytes: Buffer): Buffer {
  const size = bytes.length.toString(16);
  const framed = Buffer.allocUnsafe(size.length + bytes.length + 4);
  framed.write(`${size}\r\n`, 0, 'latin1');
  bytes.copy(framed, size.length + 2);
  framed.write('\r\n', framed.length - 2, 'latin1');
  return framed;
}
