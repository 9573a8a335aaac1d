import { shapedRequest, type StreamShape } from '../../src/diagnose/calibrate/level.ts';
import type { ChatRequest } from '../../src/wire/chat-request-body.ts';
import type { Knobs } from '../../src/mock/knobs.ts';

/** The same request for every client. */
export function benchRequest(
  url: string,
  eventId: string,
  shape: StreamShape,
  knobs: Partial<Knobs> = {},
): ChatRequest {
  const request = shapedRequest(url, eventId, shape);
  const shaped = JSON.parse(request.headers['x-sim']!) as object;
  return { ...request, headers: { ...request.headers, 'x-sim': JSON.stringify({ ...shaped, ...knobs }) } };
}

/** As above, not streamed. */
export function shortRequest(url: string): ChatRequest {
  return {
    eventId: 'short',
    baseUrl: `${url}/v1`,
    body: { model: 'sim-instant', messages: [{ role: 'user', content: 'Short, please.' }], stream: false },
    headers: { authorization: null, 'accept-encoding': 'identity' },
  };
}
