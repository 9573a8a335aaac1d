import { subscribe } from 'node:diagnostics_channel';
import OpenAI from 'openai';
import type { Client } from './client.ts';
import { benchRequest, shortRequest } from './request.ts';

type StreamParams = OpenAI.ChatCompletionCreateParamsStreaming;
type WholeParams = OpenAI.ChatCompletionCreateParamsNonStreaming;

/** As in the SDK's own documentation: default fetch, `for await`, a clock started at the call. */
export function createSdk(url: string): Client {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0, logLevel: 'off' });
  const writtenAt = watchWrites();
  return {
    async stream(eventId, shape, knobs) {
      const { body, headers } = benchRequest(url, eventId, shape, knobs);
      const pieces: number[] = [];
      let firstEventAt: number | undefined;
      const calledAt = performance.now();
      const chunks = await openai.chat.completions.create(body as unknown as StreamParams, { headers });
      for await (const { choices } of chunks) {
        const at = performance.now();
        firstEventAt ??= at;
        const delta = choices[0]?.delta as { content?: string; reasoning?: string } | undefined;
        if (!delta?.content && !delta?.reasoning) continue;
        pieces.push(at);
      }
      if (firstEventAt === undefined) return undefined;
      const seen = { eventId, calledAt, sentAt: calledAt, firstEventAt, pieces };
      return { ...seen, writtenAt: writtenAt.get(eventId) ?? Infinity };
    },
    async short() {
      const { body, headers } = shortRequest(url);
      await openai.chat.completions.create(body as unknown as WholeParams, { headers });
    },
    warm: () => Promise.resolve(),
  };
}

/** When Node's own fetch wrote each request. Users of the plain SDK do not have this, but the truth needs it. */
function watchWrites(): ReadonlyMap<string, number> {
  const writtenAt = new Map<string, number>();
  subscribe('undici:client:sendHeaders', (message) => {
    const at = performance.now();
    const id = /^cf-aig-event-id: (.*)\r$/m.exec((message as { headers: string }).headers)?.[1];
    if (id !== undefined) writtenAt.set(id, at);
  });
  return writtenAt;
}
