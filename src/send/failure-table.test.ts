import { randomUUID } from 'node:crypto';
import { markdownTable } from 'markdown-table';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { redactor } from '../base/redact.ts';
import { Gateway } from '../wire/client.ts';
import { openWire } from '../wire/wire.ts';
import type { Exchange } from '../measure/exchange.ts';
import type { Timeouts } from '../suite/suite.ts';
import { scenarios } from '../mock/failure-modes.ts';
import { createMock } from '../mock/mock-server.ts';
import { decide } from './retry.ts';

/** Longer than any answer takes, however busy the machine is. */
const patient: Timeouts = { connectMs: 30_000, firstTokenMs: 30_000, idleMs: 30_000, totalMs: 30_000 };
/** From here on a burst may be our own, for an answer of this length. */
const lateMs = 40;
/** Answers that never end, and the deadline that each must hit. */
const endless: Readonly<Record<string, 'idle' | 'firstToken'>> = {
  stall: 'idle',
  'stall-comments': 'idle',
  'stall-first': 'firstToken',
  'slow-headers': 'firstToken',
};
const retry = { max: 2, backoffMs: [1000, 30_000] as [number, number], maxWaitMs: 60_000, outageMs: 60_000 };

function outcomeOf(exchange: Exchange): string {
  if (exchange.outcome === 'ok') return exchange.buffered ? 'ok, buffered' : 'ok';
  const { status, family, code, retryAfterMs } = exchange.failure;
  return `${status} · ${family} · ${code}${retryAfterMs === undefined ? '' : ` · wait ${retryAfterMs / 1000} s`}`;
}

function next(exchange: Exchange): string {
  const decision = decide(exchange, 1, retry, () => 0.5);
  return decision.kind === 'retry' ? `again after ${decision.waitMs / 1000} s` : decision.kind;
}

test('every failure of the gateway, over real sockets, on both routes, streamed and not', async () => {
  const mock = await createMock({ speed: 5, gatewayToken: 'token' });
  const gatewayWith = (timeouts: Timeouts): Gateway =>
    new Gateway({ wire: openWire({ timeouts }), clock: systemClock, redact: redactor(new Map()) });
  const gateways = {
    usual: gatewayWith(patient),
    idle: gatewayWith({ ...patient, idleMs: 500 }),
    // A head must have come by then, if it comes at all.
    firstToken: gatewayWith({ ...patient, firstTokenMs: 2500 }),
    total: gatewayWith({ ...patient, totalMs: 500 }),
  };
  const once = (route: 'compat' | 'provider', name: string, stream: boolean): Promise<Exchange> => {
    const meets = endless[name];
    return gateways[meets === undefined ? 'usual' : stream ? meets : 'total'].ask({
      eventId: randomUUID(),
      baseUrl: `${mock.url}/v1/a/g/${route === 'compat' ? 'compat' : 'custom-ollama/v1'}`,
      body: {
        model: `${route === 'compat' ? 'custom-ollama/' : ''}sim-fail-${name}`,
        messages: [{ role: 'user', content: 'What is 2 + 2?' }],
        max_tokens: 50,
        stream,
        ...(stream ? { stream_options: { include_usage: true } } : {}),
      },
      headers: {
        authorization: null,
        'accept-encoding': 'identity',
        'cf-aig-authorization': 'Bearer token',
        'cf-aig-skip-cache': 'true',
      },
    });
  };
  const ask = async (...what: Parameters<typeof once>): Promise<Exchange> => {
    for (let tries = 1; ; tries++) {
      const exchange = await once(...what);
      // Pieces that were read late may have been gathered here, so no route is blamed.
      if (what[1] !== 'buffered' || (exchange.clientLagMs ?? 0) < lateMs || tries === 50) return exchange;
    }
  };
  const few = pLimit(6);
  const rows = await Promise.all(
    scenarios.map(({ name, summary }) =>
      few(async () => {
        const [streamed, whole, ...onProvider] = await Promise.all([
          ask('compat', name, true),
          ask('compat', name, false),
          ask('provider', name, true),
          ask('provider', name, false),
        ]);
        // The way to the provider does not change the kind of a failure.
        expect([name, ...onProvider.map(outcomeOf)]).toEqual([name, outcomeOf(streamed), outcomeOf(whole)]);
        return [`\`${name}\``, summary, outcomeOf(streamed), outcomeOf(whole), next(streamed)];
      }),
    ),
  );
  await Promise.all(Object.values(gateways).map((gateway) => gateway.close()));
  await mock.close();
  const head = ['failure', 'what happens', 'streamed', 'not streamed', 'what follows'];
  await expect(`${markdownTable([head, ...rows])}\n`).toMatchFileSnapshot('golden/failures.md');
}, 60_000);
