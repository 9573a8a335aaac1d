import type { Dispatcher } from 'undici';
import type { Attempt } from './attempt.ts';
import type { ChatRequest } from './chat-request-body.ts';

/** Hands a request in Ollama's own words to undici, the same way as the SDK's: the attempt sees no difference. */
export function sendNative(dispatcher: Dispatcher, request: ChatRequest, attempt: Attempt): void {
  const url = new URL(`${request.baseUrl}/chat`);
  const headers: ChatRequest['headers'] = { 'content-type': 'application/json', ...request.headers };
  attempt.send(() =>
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [name, value])),
        body: JSON.stringify(request.body),
      },
      attempt,
    ),
  );
}
