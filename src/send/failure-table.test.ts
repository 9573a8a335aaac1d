import { randomUUID } from 'node:crypto';
import { markdownTable } from 'markdown-table';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { redactor } from '../base/redact.ts';
import { Gateway } from '../wire/client.ts';
import { openWire } from '../wire/wire.ts';
import type { Exchange } from '../measure/exchange.ts';
import { scenarios } from '../mock/failure-modes.ts';
import { createMock } from '../mock/mock-server.ts';
import { decide } from './retry.ts';

const timeouts = { connectMs: 3000, firstTokenMs: 2500, idleMs: 1500, totalMs: 4000 };
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
  const gateway = new Gateway({
    wire: openWire({ timeouts }),
    clock: systemClock,
    redact: redactor(new Map()),
  });
  const ask = (route: 'compat' | 'provider', name: string, stream: boolean): Promise<Exchange> =>
    gateway.ask({
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
  // A process starts cold, and the deadlines below are short.
  await ask('compat', 'other-model', true);
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
        // The way to the provider changes nothing of what a failure is.
        expect([name, ...onProvider.map(outcomeOf)]).toEqual([name, outcomeOf(streamed), outcomeOf(whole)]);
        return [`\`${name}\``, summary, outcomeOf(streamed), outcomeOf(whole), next(streamed)];
      }),
    ),
  );
  await gateway.close();
  await mock.close();
  const head = ['failure', 'what happens', 'streamed', 'not streamed', 'what follows'];
  await expect(`${markdownTable([head, ...rows])}\n`).toMatchFileSnapshot('golden/failures.md');
}, 60_000);
