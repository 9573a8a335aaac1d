import { request, type Dispatcher } from 'undici';
import type { Clock, Ms } from '../base/clock.ts';
import { networkFailure } from './network-failure.ts';

/** Bytes read from an answer that refuses. The rest is not read. */
const longestRefusal = 2000;

export interface PostOptions {
  dispatcher: Dispatcher;
  clock: Clock;
  headers?: Readonly<Record<string, string>>;
  /** For the whole exchange: connecting, sending, and the answer. */
  deadlineMs: Ms;
}

/**
 * Posts JSON outside the measured requests. Returns what went wrong, in words without any part of the address.
 * Undefined for a status of 2xx. Never rejects. Follows no redirect, because the address is a secret.
 */
export async function postJson(
  url: string,
  body: unknown,
  { dispatcher, clock, headers = {}, deadlineMs }: PostOptions,
): Promise<string | undefined> {
  const over = new AbortController();
  const late = new AbortController();
  const deadline = clock.sleep(deadlineMs, over.signal).then(
    () => late.abort(),
    () => undefined,
  );
  try {
    return await Promise.race([
      post(url, JSON.stringify(body), { dispatcher, headers, signal: late.signal }),
      deadline.then(() => `it did not answer within ${deadlineMs / 1000} s`),
    ]);
  } finally {
    over.abort();
    await deadline;
  }
}

interface OnePost {
  dispatcher: Dispatcher;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

async function post(url: string, body: string, options: OnePost): Promise<string | undefined> {
  try {
    const { statusCode, body: answer } = await request(url, {
      ...options,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...options.headers },
      body,
    });
    let said = '';
    for await (const part of answer as AsyncIterable<Buffer>) {
      said += part.toString();
      if (said.length > longestRefusal) break;
    }
    if (statusCode >= 200 && statusCode < 300) return undefined;
    return `it answered with status ${statusCode}${said.trim() === '' ? '' : `: ${said.slice(0, longestRefusal)}`}`;
  } catch (error) {
    // The system's message continues after this, and may name the host.
    return networkFailure(error).message.split(' (')[0];
  }
}
