import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { oneLine } from '../base/text.ts';
import type { Failure } from '../measure/exchange.ts';
import { longestBody, longestText } from './byte-budget.ts';

/** Bodies beyond it are cut off: an error page need not be read whole. */
export const longestErrorBody = 256 * 1024;

export interface ResponseHead {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Of a header that came several times, the first. */
export function headerValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Empty while there is no head, or where it does not say. */
export function contentTypeOf(head: ResponseHead | undefined): string {
  return headerValue(head?.headers['content-type']) ?? '';
}

function encodingOf(head: ResponseHead | undefined): string {
  return headerValue(head?.headers['content-encoding'])?.toLowerCase() || 'identity';
}

/** Why a response is not read further than its head, if it is not. */
export function faultOfHead(head: ResponseHead, isStream: boolean): Failure | undefined {
  const { status, headers } = head;
  if (status >= 300 && status < 400)
    return {
      status: 'error',
      family: 'edge',
      code: 'redirect',
      message: `redirect to ${oneLine(String(headers.location ?? '?'), 120)} refused: the token goes only to the configured host`,
    };
  const encoding = encodingOf(head);
  if (!isStream || encoding === 'identity') return undefined;
  return {
    status: 'error',
    family: 'stream',
    code: 'content_encoding',
    message: `the stream is compressed (${oneLine(encoding, 40)}) although that was declined, so its timing cannot be read`,
  };
}

/** An answer that is longer than answers may be: `chars` of text, or its bytes. */
export function tooLarge(chars: number, mostBytes: number): Failure {
  return {
    status: 'error',
    family: 'stream',
    code: 'body_too_large',
    message:
      chars > longestText
        ? `the text passed the limit of ${longestText.toLocaleString('en-US')} characters`
        : `the body passed the limit of ${inMegabytes(mostBytes)}`,
  };
}

/** Reading what came has thrown. undici would hand that to us as an error of the connection, which it is not. */
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

export function inMegabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}

/** Text of a body; one that cannot be decoded is shown as it came. */
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
