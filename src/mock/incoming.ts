import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Ms } from '../base/clock.ts';

/** A request, read completely. */
export interface Incoming {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** Instants on the machine's clock: head parsed, body read. */
  received: Ms;
  bodyRead: Ms;
}

/** Larger requests are refused, as by the gateway. */
export const maxBody = 25 * 1024 * 1024;

/** The body as text. Undefined if it is larger than `maxBody`. Rejects if the client leaves. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBody) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** One value of a header that may have been sent several times. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The token of `Bearer <token>`. */
export const bearer = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : (/^Bearer\s+(.+)$/i.exec(value)?.[1] ?? '');
