import type { EventLoopUtilization } from 'node:perf_hooks';
import type { Ms } from '../base/clock.ts';
import type { Timeouts } from '../suite/suite.ts';
import { Arrivals } from './arrivals.ts';
import { ByteBudget } from './byte-budget.ts';
import { Engine } from './engine.ts';
import type { Ask } from './flight.ts';
import { checkProxies } from './proxies.ts';
import type { WireRecord } from './record.ts';
import type { RunQueueTrack } from './run-queue-track.ts';
import { openWays, proxiesIn } from './ways.ts';

/** Sends requests, and stamps the bytes as they come, separately from all further processing. */
export interface Wire {
  /** How long its thread has waited for a processor. */
  readonly track: RunQueueTrack;
  /** Added to an instant of the wire, gives `performance.now()` of this thread. */
  readonly clockOffset: Ms;
  /** There is no proxy: requests may be given in the bytes for the connection. */
  readonly isDirect: boolean;
  /** Whether another thread sends and stamps. */
  readonly isApart: boolean;
  /** How busy the loop that stamps has been since then. */
  loop(since?: EventLoopUtilization): EventLoopUtilization;
  /** Opens this many connections to each origin, without any credentials. Never rejects. */
  warm(origins: Iterable<string>, connections: number): Promise<void>;
  /** Resolves when the request has ended, successfully or not. Never rejects. */
  send(ask: Ask): Promise<WireRecord>;
  /** Takes back a request that is not due yet, which ends without having been sent. Otherwise does nothing. */
  recall(id: number): void;
  /** Cancels a request in flight. It ends like any other. */
  cancel(id: number, reason: string): void;
  /** Cancels everything in flight and closes every connection. */
  end(): Promise<void>;
}

export interface WireOptions {
  timeouts: Timeouts;
  /** Source of proxy variables. Absent: no proxy. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Extra certificate authority, for tests against a local server. */
  ca?: string | undefined;
  /** Limit for all answers in flight. Absent: a share of the heap. */
  budget?: ByteBudget | undefined;
}

/** A wire in this thread. Throws a UserError for a proxy that is not an address. */
export function openWire(options: WireOptions): Wire {
  const { timeouts, env = {}, ca, budget = new ByteBudget() } = options;
  checkProxies(env);
  const proxies = proxiesIn(env);
  const arrivals = new Arrivals(timeouts);
  const engine = new Engine({
    way: openWays({ connectTimeoutMs: timeouts.connectMs, budget, proxies, ca }),
    timeouts,
    budget,
    emit: (batch) => arrivals.take(batch),
  });
  return {
    track: arrivals.track,
    clockOffset: 0,
    loop: (since) => performance.eventLoopUtilization(since),
    isDirect: Object.keys(proxies).length === 0,
    isApart: false,
    async warm(origins, connections) {
      await Promise.all(Array.from(origins, (origin) => engine.warm(origin, connections)));
    },
    send(ask) {
      const record = arrivals.expect(ask.id);
      engine.send(ask);
      return record;
    },
    recall: (id) => engine.recall(id),
    cancel: (id, reason) => engine.cancel(id, reason),
    end: () => engine.end(),
  };
}
