import type { IncomingHttpHeaders } from 'node:http';

/** Bodies are cut off here: an error page need not be read in full. */
export const longestErrorBody = 256 * 1024;

export interface ResponseHead {
  status: number;
  headers: IncomingHttpHeaders;
}

/** For a repeated header, the first value. */
export function headerValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Empty if there is no head, or if it does not say. */
export function contentTypeOf(head: ResponseHead | undefined): string {
  return headerValue(head?.headers['content-type']) ?? '';
}

export function encodingOf(head: ResponseHead | undefined): string {
  return headerValue(head?.headers['content-encoding'])?.toLowerCase() || 'identity';
}

/** Content type of a stream of OpenAI's API, and of Ollama's own. */
export const streamTypes = { openAi: /^text\/event-stream\b/i, native: /^application\/x-ndjson\b/i };

/** Whether the body is the stream that was requested. */
export function isStreamOf(type: RegExp, head: ResponseHead): boolean {
  return head.status === 200 && type.test(contentTypeOf(head));
}

/** Why reading of a response stops after its head, if it does. */
export function whyUnread(
  head: ResponseHead,
  isStream: boolean,
): 'redirect' | 'compressed stream' | undefined {
  if (head.status >= 300 && head.status < 400) return 'redirect';
  return isStream && encodingOf(head) !== 'identity' ? 'compressed stream' : undefined;
}
