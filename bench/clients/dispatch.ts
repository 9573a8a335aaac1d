import { Agent, type Dispatcher } from 'undici';
import { warmConnections } from '../../src/wire/warm.ts';
import type { ChatRequest } from '../../src/wire/chat-request-body.ts';
import type { Client, KeptStream } from './client.ts';
import { benchRequest, shortRequest } from './request.ts';

/** The floor: only undici's dispatch, with frames split and parsed in place, and no checks for faults. */
export function createDispatch(url: string): Client {
  const agent = new Agent({ connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  return {
    stream: (eventId, shape, knobs) =>
      new Promise((resolve) => {
        const calledAt = performance.now();
        let sentAt = 0;
        let writtenAt = Infinity;
        const pieces: number[] = [];
        let firstEventAt: number | undefined;
        let rest = '';
        const keep = (): KeptStream | undefined =>
          firstEventAt === undefined
            ? undefined
            : { eventId, calledAt, sentAt, writtenAt, firstEventAt, pieces };
        agent.dispatch(options(benchRequest(url, eventId, shape, knobs)), {
          onRequestStart: () => (sentAt = performance.now()),
          onRequestSent: () => (writtenAt = performance.now()),
          // undici requires a handler.
          onResponseStart: () => undefined,
          onResponseData(_controller, bytes) {
            const at = performance.now();
            firstEventAt ??= at;
            const frames = (rest + bytes.toString()).split('\n\n');
            rest = frames.pop()!;
            for (const frame of frames) if (hasText(frame)) pieces.push(at);
          },
          onResponseEnd: () => resolve(keep()),
          onResponseError: () => resolve(keep()),
        });
      }),
    short: () =>
      new Promise((resolve, reject) => {
        let body = '';
        agent.dispatch(options(shortRequest(url)), {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, bytes) => (body += bytes.toString()),
          onResponseEnd: () => {
            JSON.parse(body);
            resolve();
          },
          onResponseError: (_controller, error) => reject(error),
        });
      }),
    warm: (connections) => warmConnections(agent, new Set([url]), connections),
  };
}

interface Frame {
  choices: { delta: { content?: string; reasoning?: string } }[];
}

function hasText(frame: string): boolean {
  const data = frame.slice('data: '.length);
  if (data === '[DONE]') return false;
  const delta = (JSON.parse(data) as Frame).choices[0]?.delta;
  return delta !== undefined && [delta.content, delta.reasoning].some(Boolean);
}

function options({ baseUrl, body, headers }: ChatRequest): Dispatcher.DispatchOptions {
  const { origin, pathname } = new URL(`${baseUrl}/chat/completions`);
  const sent = Object.entries(headers).filter(([, value]) => value !== null) as [string, string][];
  return {
    origin,
    path: pathname,
    method: 'POST',
    headers: { ...Object.fromEntries(sent), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
