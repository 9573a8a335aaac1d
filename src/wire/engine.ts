import { systemClock, type Ms } from '../base/clock.ts';
import type { Timeouts } from '../suite/suite.ts';
import { longestText, type ByteBudget } from './byte-budget.ts';
import { expired, type Limits, nextDue, type Progress } from './deadlines.ts';
import { droppedFailure, recalledFailure } from '../measure/own-limits.ts';
import { Flight, Slabs, type Ask, type Tower } from './flight.ts';
import { LoopLag } from './loop-lag.ts';
import { pack } from './record.ts';
import { openRunQueue } from './run-queue.ts';

/** How often the loop is checked while requests are in flight, to keep the lag's bound tight. */
const heartbeatMs: Ms = 10;
/** With more in one turn, the server would read them slower than we send: they would wait unseen in its socket. */
const mostSendsInTurn = 8;
/** Minimum time between checks of deadlines. */
const sweepMs: Ms = 10;

/** A way to a server: it sends a flight, and reports to it what comes. */
export interface Way {
  start(flight: Flight): void;
  /** Opens this many connections. Never rejects. */
  warm(origin: string, connections: number): Promise<void>;
  end(): Promise<void>;
}

export interface EngineOptions {
  way: Way;
  timeouts: Timeouts;
  budget: ByteBudget;
  /** Receives the requests that ended in a turn, packed. */
  emit: (batch: ArrayBuffer) => void;
}

/**
 * Sends requests and stamps what comes, in the thread where it runs. Nothing is decoded here. Everything that ended in
 * a turn of the loop is handed over together when the turn is over.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #lag = new LoopLag();
  readonly #runQueue = openRunQueue();
  readonly #flights = new Map<number, Flight>();
  readonly #tower: Tower;
  /** Waiting to be sent, in order. */
  #ready: Flight[] = [];
  #sending: NodeJS.Immediate | undefined;
  #timers = new Map<number, NodeJS.Timeout>();
  #sentCount = 0;
  /** Requests in flight that had a ceiling. */
  readonly #timed = new Set<Flight>();
  #ended: Flight[] = [];
  #emitting = false;
  #track: number[] = [];
  #heartbeat: NodeJS.Timeout | undefined;
  #sweeping: NodeJS.Timeout | undefined;
  #sweepsAt: Ms = Infinity;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#tower = {
      now: () => performance.now(),
      wall: () => systemClock.wall().getTime(),
      lag: (at) => this.#lag.bound(at),
      budget: options.budget,
      slabs: new Slabs(),
      sent: (flight) => this.#sent(flight),
      unsent: (flight) => {
        this.#sentCount--;
        this.#expect(flight, performance.now() + options.timeouts.connectMs);
      },
      isLong: (flight) => this.#lookInto(flight),
      over: (flight) => this.#over(flight),
    };
  }

  /** `ask.due` is on this thread's clock. */
  send(ask: Ask): void {
    const flight = new Flight(ask, this.#tower);
    if (this.#flights.size === 0) this.#enter();
    this.#flights.set(ask.id, flight);
    this.#await(flight);
  }

  /** Waits until it is due. A timer of the loop may fire a millisecond early. */
  #await(flight: Flight): void {
    const { id, due = 0 } = flight.ask;
    const wait = due - performance.now();
    this.#timers.delete(id);
    if (wait <= 0) this.#release(flight);
    else
      this.#timers.set(
        id,
        setTimeout(() => this.#await(flight), Math.ceil(wait)),
      );
  }

  /** The ceiling is compared only now: when it was handed over, others were in flight. */
  #release(flight: Flight): void {
    const { ceiling } = flight.ask;
    if (ceiling !== undefined) {
      if (this.#timed.size >= ceiling) {
        flight.cells.inFlight = this.#sentCount;
        flight.giveUp(droppedFailure);
        return;
      }
      this.#timed.add(flight);
    }
    this.#queue(flight);
  }

  /** Takes a request back unless its time has come. */
  recall(id: number): void {
    const flight = this.#flights.get(id);
    if (flight && (flight.ask.due ?? 0) > performance.now()) flight.giveUp(recalledFailure);
  }

  cancel(id: number, reason: string): void {
    this.#flights
      .get(id)
      ?.giveUp({ status: 'cancelled', family: 'client', code: 'cancelled', message: reason });
  }

  warm(origin: string, connections: number): Promise<void> {
    return this.#options.way.warm(origin, connections);
  }

  async end(): Promise<void> {
    for (const id of [...this.#flights.keys()]) this.cancel(id, 'the wire was closed');
    clearInterval(this.#heartbeat);
    clearTimeout(this.#sweeping);
    clearImmediate(this.#sending);
    this.#emit();
    this.#runQueue?.close();
    await this.#options.way.end();
  }

  /** After the reads of a turn, so that closed idle connections are already known. */
  #queue(flight: Flight): void {
    flight.begin();
    this.#expect(flight, flight.cells.begunAt + this.#options.timeouts.connectMs);
    this.#ready.push(flight);
    this.#sending ??= setImmediate(() => this.#sendSome());
  }

  #sendSome(): void {
    const some = this.#ready.splice(0, mostSendsInTurn);
    this.#sending = this.#ready.length > 0 ? setImmediate(() => this.#sendSome()) : undefined;
    for (const flight of some) if (!flight.isOver) this.#options.way.start(flight);
  }

  #sent(flight: Flight): number {
    this.#expect(flight, performance.now() + nextDue(this.#limits(flight), justSent));
    return ++this.#sentCount;
  }

  #over(flight: Flight): void {
    const { id } = flight.ask;
    if (flight.isSent) this.#sentCount--;
    this.#timed.delete(flight);
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#flights.delete(id);
    this.#ended.push(flight);
    if (!this.#emitting) {
      this.#emitting = true;
      setImmediate(() => this.#emit());
    }
    if (this.#flights.size === 0) clearInterval(this.#heartbeat);
  }

  #emit(): void {
    this.#emitting = false;
    if (this.#ended.length === 0) return;
    this.#askRunQueue();
    const batch = pack({
      track: Float64Array.from(this.#track),
      records: this.#ended.map((flight) => flight.record()),
    });
    for (const flight of this.#ended) flight.free();
    this.#ended = [];
    this.#track = [];
    this.#options.emit(batch);
  }

  #enter(): void {
    this.#lag.observe();
    this.#askRunQueue();
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      this.#lag.observe();
      this.#askRunQueue();
    }, heartbeatMs).unref();
  }

  /** The instant is early by less than the time that the check takes. */
  #askRunQueue(): void {
    if (!this.#runQueue) return;
    this.#track.push(performance.now(), this.#runQueue.waitedMs());
  }

  #limits({ ask }: Flight): Limits {
    return { timeouts: this.#options.timeouts, streamed: ask.streamed };
  }

  /** A deadline of the flight may pass at `at`. */
  #expect(flight: Flight, at: Ms): void {
    flight.dueAt = at;
    if (at < this.#sweepsAt) this.#sweepAt(at);
  }

  #sweepAt(at: Ms): void {
    clearTimeout(this.#sweeping);
    this.#sweepsAt = at;
    if (at === Infinity) return;
    const delay = Math.max(1, Math.ceil(at - performance.now()));
    this.#sweeping = setTimeout(() => this.#sweep(), delay);
  }

  /** One check of everything in flight, instead of a timer for each. */
  #sweep(): void {
    const now = performance.now();
    this.#sweepsAt = Infinity;
    for (const flight of this.#flights.values()) if (flight.dueAt <= now) this.#endOrExpect(flight);
    let next = Infinity;
    for (const { dueAt } of this.#flights.values()) next = Math.min(next, dueAt);
    this.#sweepAt(Math.max(next, now + sweepMs));
  }

  /** Ends a flight whose deadline has passed, and finds the next deadline of any other. */
  #endOrExpect(flight: Flight): void {
    const limits = this.#limits(flight);
    const progress = flight.progress();
    const failure = expired(limits, progress);
    if (flight.hasUnseen && failure?.code !== 'total') this.#lookInto(flight);
    else if (failure) flight.giveUp(failure);
    else this.#expect(flight, performance.now() - progress.sinceMs + nextDue(limits, progress));
  }

  /** The bytes alone show whether text has come, and how much. They are examined only if it matters. */
  #lookInto(flight: Flight): void {
    if (flight.isOver) return;
    flight.dueAt = Infinity;
    flight.look().then(
      () => {
        if (flight.isOver) return;
        if (flight.seen.chars > longestText) flight.stopReading();
        else this.#endOrExpect(flight);
      },
      // What cannot be read is read again after the flight, and reported then.
      () => flight.stopReading(),
    );
  }
}

/** The progress of a flight at the moment of `sent`. */
const justSent: Progress = { sinceMs: 0, isSent: true, hasHead: false, sawText: false, lastDataMs: 0 };
