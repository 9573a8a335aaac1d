import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { systemClock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { redactor } from '../../base/redact.ts';
import type { Exchange } from '../../measure/exchange.ts';
import type { Timeouts } from '../../suite/suite.ts';
import { Gateway } from '../client.ts';
import { openThreadWire } from '../thread-wire.ts';
import { openWire, type Wire, type WireOptions } from '../wire.ts';

export interface TestServer extends AsyncDisposable {
  url: string;
  /** Requests received, newest last. */
  received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  /** Connections opened so far. */
  connections: number;
}

/** A real server on loopback that answers as the test directs. */
export async function serve(
  answer: (response: ServerResponse, request: IncomingMessage, socket: Socket) => void,
): Promise<TestServer> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      test.received.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(response, request, request.socket);
    });
  });
  server.on('connection', () => test.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const test: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    connections: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return test;
}

/** Answers with a stream of the given data frames, all in one write, and ends. */
export function sendFrames(response: ServerResponse, frames: readonly unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(frames.map(frameText).join(''));
}

export function frameText(frame: unknown): string {
  return `data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`;
}

/** Frames of a complete, good answer. */
export function goodFrames(text = 'Type O.'): unknown[] {
  return [
    { model: 'm', choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] },
    { model: 'm', choices: [{ delta: { content: text }, finish_reason: null }] },
    { model: 'm', choices: [{ delta: {}, finish_reason: 'stop' }] },
    { model: 'm', choices: [], usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 } },
    '[DONE]',
  ];
}

export const patient: Timeouts = { connectMs: 2000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };

export interface TestGateway extends AsyncDisposable {
  gateway: Gateway;
  wire: Wire;
  ask(url: string, options?: AskOptions): Promise<Exchange>;
}

export interface AskOptions {
  stream?: boolean;
  headers?: Record<string, string | null>;
  signal?: AbortSignal;
  /** When to send it. */
  due?: number;
  params?: Record<string, string | number>;
  /** For Ollama's own API. */
  native?: boolean;
}

const usualPlace: 'main' | 'thread' = process.env['WIRE'] === 'thread' ? 'thread' : 'main';

/**
 * A wire in this thread. `WIRE=thread npx vitest run src/wire src/run` runs the same tests with one in its own thread.
 */
export function openAnywhere(options: WireOptions, place = usualPlace): Wire {
  if (place === 'main') return openWire(options);
  return openThreadWire({
    ...options,
    note: (text) => {
      throw new Error(text);
    },
  });
}

/** Our client, without a server. */
export function testGateway(
  timeouts: Partial<Timeouts> = {},
  secrets: Record<string, string> = {},
  ca?: string,
  place = usualPlace,
): TestGateway {
  const wire = openAnywhere({ timeouts: { ...patient, ...timeouts }, ca }, place);
  const gateway = new Gateway({
    wire,
    clock: systemClock,
    redact: redactor(new Map(Object.entries(secrets))),
  });
  return {
    gateway,
    wire,
    ask: (url, { stream = true, headers = {}, signal, due, params = {}, native = false } = {}) =>
      gateway.ask(
        {
          eventId: 'event-1',
          baseUrl: url,
          body: { model: 'm', messages: [{ role: 'user', content: 'hello' }], ...params, stream },
          headers: { authorization: null, ...headers },
          native,
        },
        defined({ signal, due }),
      ),
    async [Symbol.asyncDispose]() {
      await gateway.close();
    },
  };
}

/** The failure of an exchange. Fails the test if the exchange did not fail. */
export function failureOf(exchange: Exchange): {
  status: string;
  family: string;
  code: string;
  message: string;
} {
  if (exchange.outcome !== 'failed') throw new Error(`expected a failure, got "${exchange.answer}"`);
  return exchange.failure;
}
