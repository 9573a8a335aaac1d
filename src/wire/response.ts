import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { oneLine } from '../base/text.ts';
import type { Failure } from '../measure/exchange.ts';
import { longestBody } from './byte-budget.ts';
import { encodingOf, type ResponseHead, whyUnread } from './response-head.ts';

/** Why reading of a response stops after its head, if it does. */
export function faultOfHead(head: ResponseHead, isStream: boolean): Failure | undefined {
  switch (whyUnread(head, isStream)) {
    case undefined:
      return undefined;
    case 'redirect':
      return {
        status: 'error',
        family: 'edge',
        code: 'redirect',
        message: `redirect to ${oneLine(head.headers.location ?? '?', 120)} refused: the token goes only to the configured host`,
      };
    case 'compressed stream':
      return {
        status: 'error',
        family: 'stream',
        code: 'content_encoding',
        message: `the stream is compressed (${oneLine(encodingOf(head), 40)}) although that was declined, so its timing cannot be read`,
      };
  }
}

/** Reading has thrown. undici would report that to us as an error of the connection, which it is not. */
export function unreadable(error: unknown, head: ResponseHead | undefined): Failure {
  const status = head?.status ?? 0;
  return {
    status: 'error',
    ...(status === 200
      ? { family: 'stream', code: 'unreadable' }
      : { family: 'provider', code: `http_${status}` }),
    message: `the body cannot be read: ${oneLine(error instanceof Error ? error.message : String(error), 120)}`,
  };
}

/** Text of a body. One that cannot be decoded is shown as it came. */
export function bodyText(bytes: Buffer, head: ResponseHead | undefined): string {
  const encoding = encodingOf(head);
  const limit = { maxOutputLength: longestBody };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(bytes, limit).toString();
    if (encoding === 'deflate') return inflateSync(bytes, limit).toString();
    if (encoding === 'br') return brotliDecompressSync(bytes, limit).toString();
  } catch {
    return bytes.toString('latin1');
  }
  return bytes.toString();
}
