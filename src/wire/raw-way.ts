import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Ms } from '../base/clock.ts';
import type { Connection, Failure } from '../measure/exchange.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Way } from './engine.ts';
import type { Flight, ReadyRequest } from './flight.ts';
import { Framer, type FramingSink } from './framing.ts';
import { networkFailure } from './network-failure.ts';

/** A server that does not answer this is warmed by the run's own warm-up block. */
const patienceMs: Ms = 5000;
const mostWarmed = 512;
/** An idle connection is closed after this time, and this much before the server's own limit. */
const keptMs: Ms = 55_000;
const longestKeptMs: Ms = 600_000;
const closesEarlyMs: Ms = 2000;
/** A flood is read no faster than it can be parsed. No model writes a thousandth of it. */
const restMs: Ms = 20;
const tcpKeepAliveMs: Ms = 60_000;

/** The load of a line: a flight, or the request that warms it. */
interface Load extends FramingSink {
  readonly isOver: boolean;
  readonly bytes: ReadyRequest;
  disconnect: ((reason: string) => void) | undefined;
  goesOver(connection: Connection): void;
  send(): void;
  handOver(isTaken: boolean): void;
  taken(): void;
  beginRead(): void;
  endRead(): void;
  end(): void;
  lose(failure: Failure): void;
  /** Whether it may be sent again if the server has closed its connection. */
  readonly mayHaveCrossed: boolean;
  again(): void;
}

export interface RawOptions {
  budget: ByteBudget;
  /** Extra certificate authority. */
  ca?: string | undefined;
}

/** One buffer for the reads of all lines: its content is copied before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * HTTP/1.1 on our own sockets: keep-alive, one request at a time on a connection, as many connections as requests in
 * flight. A read allocates no object of ours and takes no turn of the loop.
 */
export class RawWay implements Way {
  readonly #options: RawOptions;
  readonly #hosts = new Map<string, Host>();

  constructor(options: RawOptions) {
    this.#options = options;
  }

  start(flight: Flight): void {
    this.#host(flight.ask.origin).carry(flight);
  }

  async warm(origin: string, connections: number): Promise<void> {
    const host = this.#host(origin);
    const loads = Array.from({ length: Math.min(connections, mostWarmed) }, () => new Warming(host.name));
    for (const load of loads) host.carry(load);
    await Promise.all(loads.map(({ over }) => over));
  }

  end(): Promise<void> {
    for (const host of this.#hosts.values()) host.close();
    return Promise.resolve();
  }

  #host(origin: string): Host {
    let host = this.#hosts.get(origin);
    if (!host) this.#hosts.set(origin, (host = new Host(origin, this.#options)));
    return host;
  }
}

/** A server, and the lines to it. */
class Host {
  readonly name: string;
  readonly #options: RawOptions;
  readonly #isTls: boolean;
  readonly #hostname: string;
  readonly #port: number;
  readonly #lines = new Set<Line>();
  /** Idle lines, the freshest last. */
  readonly #idle: Line[] = [];
  #session: Buffer | undefined;

  constructor(origin: string, options: RawOptions) {
    const url = new URL(origin);
    this.name = url.host;
    this.#options = options;
    this.#isTls = url.protocol === 'https:';
    this.#hostname = url.hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(url.port) || (this.#isTls ? 443 : 80);
  }

  carry(load: Load): void {
    try {
      const line = this.#freshest() ?? this.#open();
      line.carry(load);
    } catch (error) {
      // A process may be allowed no connection at all.
      load.lose(networkFailure(error));
    }
  }

  /** On a new connection: the other kept ones are no younger than the one that was closed. */
  carryAnew(load: Load): void {
    for (const line of this.#idle.splice(0)) line.close();
    this.#open().carry(load);
  }

  keep(line: Line): void {
    this.#idle.push(line);
  }

  forget(line: Line): void {
    this.#lines.delete(line);
    const place = this.#idle.lastIndexOf(line);
    if (place !== -1) this.#idle.splice(place, 1);
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }

  #freshest(): Line | undefined {
    const now = performance.now();
    for (let line = this.#idle.pop(); line; line = this.#idle.pop()) {
      if (line.keptUntil > now) return line;
      line.close();
    }
    return undefined;
  }

  #open(): Line {
    const line = new Line(this, this.#options.budget);
    this.#lines.add(line);
    line.begin(this.#connect(line), this.#isTls);
    return line;
  }

  #connect(line: Line): Socket {
    const { ca } = this.#options;
    const target = {
      host: this.#hostname,
      port: this.#port,
      onread: {
        buffer: readBuffer,
        callback: (length: number): boolean => line.onRead(length),
      },
    };
    if (!this.#isTls) return connect(target);
    const socket: TLSSocket = connectTls({
      ...target,
      servername: isIP(this.#hostname) === 0 ? this.#hostname : '',
      ALPNProtocols: ['http/1.1'],
      ...(this.#session && { session: this.#session }),
      ...(ca === undefined ? {} : { ca }),
    });
    socket.on('session', (session: Buffer) => (this.#session = session));
    return socket;
  }
}

/** One connection. */
class Line {
  /** On the monotonic clock. After this the server may close it at any moment. */
  keptUntil: Ms = Infinity;
  readonly #host: Host;
  readonly #budget: ByteBudget;
  #socket!: Socket;
  readonly #connection: Connection = {};
  #isOpen = false;
  #isClosed = false;
  #used = false;
  /** It has carried an earlier request. */
  #isReused = false;
  #load: Load | undefined;
  #framer: Framer | undefined;
  /** Something has come since the request was sent. */
  #heard = false;
  #error: Error | undefined;

  constructor(host: Host, budget: ByteBudget) {
    this.#host = host;
    this.#budget = budget;
  }

  /** Times the steps of the new connection. */
  begin(socket: Socket, isTls: boolean): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, tcpKeepAliveMs);
    const connection = this.#connection;
    const start = performance.now();
    let lookedUp = start;
    let connected = start;
    socket.once('lookup', () => {
      lookedUp = performance.now();
      connection.dnsMs = lookedUp - start;
    });
    socket.once('connect', () => {
      connected = performance.now();
      connection.connectMs = connected - lookedUp;
      if (!isTls) this.#opened();
    });
    if (isTls)
      socket.once('secureConnect', () => {
        connection.tlsMs = performance.now() - connected;
        this.#opened();
      });
    socket.on('error', (error) => (this.#error = error));
    socket.on('end', () => this.#onClosed());
    socket.on('close', () => this.#onClosed());
  }

  carry(load: Load): void {
    this.#load = load;
    load.disconnect = () => this.close();
    if (!this.#isOpen) return;
    this.#socket.ref();
    this.#send(load);
  }

  close(): void {
    this.#isClosed = true;
    this.#load = undefined;
    this.#host.forget(this);
    this.#socket.destroy();
  }

  /** Returns false if the next read must wait. */
  onRead(count: number): boolean {
    const load = this.#load;
    // It was not requested: it would be mistaken for the next answer.
    if (!load || !this.#framer || this.#isClosed) {
      this.close();
      return true;
    }
    this.#heard = true;
    load.beginRead();
    let length: number;
    try {
      length = this.#framer.feed(readBuffer, count);
    } catch (error) {
      load.endRead();
      this.close();
      load.lose(networkFailure(error));
      return true;
    }
    load.endRead();
    if (this.#framer.isOver) this.#endLoad(load, length === count);
    if (!this.#budget.isEnough(count)) return true;
    setTimeout(() => this.#socket.resume(), restMs);
    return false;
  }

  #opened(): void {
    this.#isOpen = true;
    if (this.#load) this.#send(this.#load);
  }

  #send(load: Load): void {
    this.#framer = new Framer(load);
    this.#isReused = this.#used;
    load.goesOver(this.#isReused ? { reused: true } : { reused: false, ...this.#connection });
    this.#used = true;
    this.#heard = false;
    load.send();
    // The last stamp before the write.
    let isTaken = false;
    const taken = (): void => {
      if (!isTaken) load.taken();
    };
    if (typeof load.bytes === 'string') this.#socket.write(load.bytes, 'latin1', taken);
    else this.#socket.write(load.bytes, taken);
    isTaken = this.#socket.writableLength === 0;
    load.handOver(isTaken);
  }

  /** The answer is complete. `isClean`: no bytes followed it. */
  #endLoad(load: Load, isClean: boolean): void {
    const { keepsAlive, keptForMs } = this.#framer!;
    this.#framer = undefined;
    this.#load = undefined;
    load.disconnect = undefined;
    const kept = keptForMs === undefined ? keptMs : Math.min(keptForMs - closesEarlyMs, longestKeptMs);
    // An answer to a request that is not fully sent belongs to another request.
    const isSent = this.#socket.writableLength === 0;
    if (isClean && keepsAlive && kept > 0 && isSent && !this.#isClosed) {
      this.keptUntil = performance.now() + kept;
      this.#socket.unref();
      this.#host.keep(this);
    } else {
      this.close();
    }
    load.end();
  }

  #onClosed(): void {
    if (this.#isClosed) return;
    const load = this.#load;
    const error = this.#error as NodeJS.ErrnoException | undefined;
    // Some systems report a reset although everything was delivered.
    const mayBeWhole = error === undefined || error.code === 'ECONNRESET';
    const isWhole = mayBeWhole && this.#framer?.closed() === true;
    this.close();
    if (!load) return;
    if (isWhole) {
      load.beginRead();
      load.end();
      return;
    }
    const failure = networkFailure(error ?? closedBefore());
    if (failure.code === 'reset' && this.#isReused && !this.#heard && load.mayHaveCrossed) {
      load.again();
      this.#host.carryAnew(load);
    } else {
      load.lose(failure);
    }
  }
}

function closedBefore(): Error {
  return Object.assign(new Error('other side closed'), { code: 'ECONNRESET' });
}

const nothing = (): void => undefined;

/** A bare GET of the root, without any credentials. It ignores failures. */
class Warming implements Load {
  isOver = false;
  readonly mayHaveCrossed = false;
  readonly bytes: string;
  disconnect: ((reason: string) => void) | undefined;
  readonly over: Promise<void>;
  #resolve!: () => void;

  constructor(host: string) {
    this.bytes = `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n\r\n`;
    this.over = new Promise((resolve) => (this.#resolve = resolve));
    const timer = setTimeout(() => {
      this.disconnect?.('no answer while warming');
      this.end();
    }, patienceMs);
    void this.over.then(() => clearTimeout(timer));
  }

  end(): void {
    this.isOver = true;
    this.#resolve();
  }

  lose(): void {
    this.end();
  }

  readonly goesOver = nothing;
  readonly send = nothing;
  readonly handOver = nothing;
  readonly taken = nothing;
  readonly beginRead = nothing;
  readonly endRead = nothing;
  readonly onHead = nothing;
  readonly onBody = nothing;
  readonly again = nothing;
}
