import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent } from 'undici';
import { afterEach } from 'vitest';
import { listening } from '../../../base/testing/listening.ts';
import { LeapClock } from '../../../base/testing/leap-clock.ts';
import { ApiClient } from '../logs-api.ts';

const closing: (() => PromiseLike<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

export const token = 'api-token-4711';

/** A client of a server at this address, on a clock that jumps, with the messages that it was given. */
export function clientOf(
  url: string,
  clock = new LeapClock(new Date('2026-11-22T03:20:00Z')),
  mostCalls?: number,
) {
  const dispatcher = new Agent();
  closing.push(() => dispatcher.destroy());
  const said: string[] = [];
  const redact = (text: string): string => text.replaceAll(token, '[TOKEN]');
  const options = { baseUrl: url, token, dispatcher, clock, redact, say: (text: string) => said.push(text) };
  return { client: new ApiClient(options, mostCalls), clock, said };
}

/** A server with scripted responses, one per call. The last repeats. */
export async function scripted(
  ...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<{ url: string; calls: IncomingMessage[] }> {
  const calls: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    answers[Math.min(calls.length, answers.length - 1)]!(request, response);
    calls.push(request);
  });
  const here = await listening(server);
  closing.push(() => here[Symbol.asyncDispose]());
  return { url: here.url, calls };
}

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
