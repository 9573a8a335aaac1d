import type { IncomingHttpHeaders } from 'node:http';

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

export function encodingOf(head: ResponseHead | undefined): string {
  return headerValue(head?.headers['content-encoding'])?.toLowerCase() || 'identity';
}

/** Content type of a stream of OpenAI's API, and of Ollama's own. */
export const streamTypes = { openAi: /^text\/event-stream\b/i, native: /^application\/x-ndjson\b/i };

/** Whether the body is the stream that was asked for. */
export function isStreamOf(type: RegExp, head: ResponseHead): boolean {
  return head.status === 200 && type.test(contentTypeOf(head));
}

/** Why a response is not read further than its head, if it is not. */
export function whyUnread(
  head: ResponseHead,
  isStream: boolean,
): 'redirect' | 'compressed stream' | undefined {
  if (head.status >= 300 && head.status < 400) return 'redirect';
  return isStream && encodingOf(head) !== 'identity' ? 'compressed stream' : undefined;
}
