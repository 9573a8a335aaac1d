import { systemClock } from '../../src/base/clock.ts';
import { Gateway } from '../../src/wire/client.ts';
import { openThreadWire } from '../../src/wire/thread-wire.ts';
import type { Client } from './client.ts';
import { benchRequest, shortRequest } from './request.ts';

const timeouts = { connectMs: 10_000, firstTokenMs: 120_000, idleMs: 120_000, totalMs: 600_000 };

/** The client of `gatebench run`, unchanged. */
export function createOurs(url: string): Client {
  const wire = openThreadWire({ timeouts, precedence: true, note: (text) => console.error(text) });
  const gateway = new Gateway({ wire, clock: systemClock, redact: (text) => text });
  return {
    async stream(eventId, shape, knobs) {
      const calledAt = performance.now();
      const exchange = await gateway.ask(benchRequest(url, eventId, shape, knobs));
      // The rest is dropped, as in a run after it has written its row.
      const { sentAt, requestWrittenMs = Infinity, firstEventMs, chunks, clientLagMs } = exchange;
      if (sentAt === undefined || firstEventMs === undefined) return undefined;
      return {
        eventId,
        calledAt,
        sentAt,
        writtenAt: sentAt + requestWrittenMs,
        firstEventAt: sentAt + firstEventMs,
        ...(clientLagMs === undefined ? {} : { lagMs: clientLagMs }),
        // Built when all is over: listing them is not part of the client's work.
        get pieces() {
          return Array.from(chunks.texts(), ({ at }) => sentAt + at);
        },
      };
    },
    async short() {
      const exchange = await gateway.ask(shortRequest(url));
      if (exchange.outcome !== 'ok') throw new Error(exchange.failure.message);
    },
    warm: (connections) => wire.warm([url], connections),
  };
}
