import type { Ms } from '../base/clock.ts';
import type { ChatRequest } from '../gateway/request.ts';
import type { Knobs } from '../standin/knobs.ts';

/** How the streams of a calibration look. */
export interface StreamShape {
  tokensPerSecond: number;
  /** Chunks with text, a quarter of them reasoning. */
  tokens: number;
  /** True time to the first of them. */
  ttftMs: Ms;
}

/** From one stream's request to its end, if nobody is late. */
export function streamMs({ tokensPerSecond, tokens, ttftMs }: StreamShape): Ms {
  return ttftMs + ((tokens - 1) * 1000) / tokensPerSecond;
}

/** Gaps vary by a fifth, so that streams fall out of step. */
const jitter = 0.2;

export function knobsOf({ tokensPerSecond, tokens, ttftMs }: StreamShape): Partial<Knobs> {
  const reasoningFrames = Math.floor(tokens / 4);
  return {
    headersMs: ttftMs / 2,
    ttftMs,
    gapMs: 1000 / tokensPerSecond,
    jitter,
    reasoningFrames,
    answerFrames: tokens - reasoningFrames,
  };
}

/** A request to the stand-in at `url`, which answers it with a stream of this shape. */
export function shapedRequest(url: string, eventId: string, shape: StreamShape): ChatRequest {
  return {
    eventId,
    baseUrl: `${url}/v1`,
    body: {
      model: 'sim-exact',
      messages: [{ role: 'user', content: 'Say something of the length that was asked for.' }],
      stream: true,
      stream_options: { include_usage: true },
    },
    headers: {
      authorization: null,
      'accept-encoding': 'identity',
      'cf-aig-event-id': eventId,
      'x-sim': JSON.stringify(knobsOf(shape)),
    },
  };
}
