import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Dispatcher } from 'undici';
import type { ByteBudget } from './byte-budget.ts';
import { watchSocket, type SentOn } from './connections.ts';
import type { Way } from './engine.ts';
import type { Flight, PlainRequest } from './flight.ts';
import { headBytes } from './framing.ts';
import { networkFailure } from './network-failure.ts';
import { warmConnections } from './warm.ts';

/** The way for everything that undici speaks, including proxies. */
export function undiciWay(dispatcher: Dispatcher, budget: ByteBudget): Way {
  const dispatch = (flight: Flight): void => {
    const { origin, request } = flight.ask;
    const handler = new FlightHandler(flight, budget, dispatch);
    try {
      dispatcher.dispatch({ origin, ...(request as PlainRequest) }, handler);
    } catch (error) {
      // A request that undici refused was never sent.
      flight.giveUp({
        status: 'error',
        family: 'client',
        code: 'not_sent',
        message: error instanceof Error ? error.message : String(error),
      });
    }
  };
  return {
    start: dispatch,
    warm: (origin, connections) => warmConnections(dispatcher, new Set([origin]), connections),
    end: () => dispatcher.destroy(),
  };
}

/** undici's handler: stamps each instant first, and keeps what came. */
class FlightHandler implements Dispatcher.DispatchHandler {
  readonly #flight: Flight;
  readonly #budget: ByteBudget;
  readonly #again: (flight: Flight) => void;
  /** Absent until known, and through a proxy. */
  #sentOn: SentOn | undefined;

  constructor(flight: Flight, budget: ByteBudget, again: (flight: Flight) => void) {
    this.#flight = flight;
    this.#budget = budget;
    this.#again = again;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const flight = this.#flight;
    if (flight.isOver) {
      controller.abort(new Error('canceled before it was sent'));
      return;
    }
    flight.disconnect = (reason) => {
      if (!controller.aborted) controller.abort(new Error(reason));
    };
    watchSocket({
      onSocket: (sent) => {
        this.#sentOn = sent;
        flight.goesOver(sent.connection);
      },
    });
    // The last stamp before the write.
    flight.send();
  }

  onRequestSent(): void {
    this.#flight.handOver(true);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#flight.beginRead();
    const head = { status, headers };
    this.#flight.onHead(head, headBytes(head));
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.#flight.beginRead();
    this.#flight.onBody(bytes, 0, bytes.length);
    this.#flight.endRead();
    if (this.#budget.isEnough(bytes.length)) {
      controller.pause();
      setImmediate(() => {
        if (!controller.aborted) controller.resume();
      });
    }
  }

  onResponseEnd(): void {
    this.#flight.beginRead();
    this.#flight.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const flight = this.#flight;
    if (flight.isOver) return;
    const failure = networkFailure(error);
    if (failure.code !== 'reset' || !this.#metClosedConnection()) {
      flight.lose(failure);
      return;
    }
    // The other kept connections are no younger.
    this.#sentOn?.closeIdle();
    flight.again();
    this.#again(flight);
  }

  /** The server had closed a kept connection, and the news crossed with the request: the request was not read. */
  #metClosedConnection(): boolean {
    if (this.#sentOn?.connection.reused !== true || this.#sentOn.heard()) return false;
    return this.#flight.mayHaveCrossed;
  }
}
