import type { ChatRequest } from './chat-request-body.ts';
import type { WireRequest } from './sdk-request.ts';

/** A request in Ollama's own format. A null removes a header here as well. */
export function nativeRequest({ baseUrl, headers, body }: ChatRequest): WireRequest {
  const all: ChatRequest['headers'] = { 'content-type': 'application/json', ...headers };
  return {
    url: new URL(`${baseUrl}/chat`),
    method: 'POST',
    headers: Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [name, value])),
    body: JSON.stringify(body),
  };
}
