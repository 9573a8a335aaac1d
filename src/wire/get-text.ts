import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { request, type Dispatcher } from 'undici';
import type { Ms } from '../base/clock.ts';

export interface GetTextOptions {
  dispatcher: Dispatcher;
  headers: Readonly<Record<string, string>>;
  /** For the whole exchange. */
  deadlineMs: Ms;
  /** In bytes. Reading stops there. */
  longestBody: number;
}

export interface GotText {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body was longer than the limit. */
  isCut: boolean;
}

/**
 * One GET outside the measured requests, usually answered in JSON. Redirects are not followed, because the request may
 * carry a token: the caller refuses their status. Rejects with a `TimeoutError` or an error of the connection.
 */
export async function getText(
  url: string,
  { dispatcher, headers, deadlineMs, longestBody }: GetTextOptions,
): Promise<GotText> {
  const response = await request(url, {
    dispatcher,
    headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
    signal: AbortSignal.timeout(deadlineMs),
  });
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response.body as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    // Leaving the loop ends the response.
    if (length > longestBody) break;
  }
  return {
    status: response.statusCode,
    headers: response.headers,
    text: Buffer.concat(parts).toString(),
    isCut: length > longestBody,
  };
}

/** The parsed body. Undefined if it is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
