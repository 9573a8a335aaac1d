import type { Ms } from '../base/clock.ts';

/** What a frame carries. The first seven are words that clients know; `body` is an answer that is not streamed. */
export const frameKinds = [
  'role',
  'reasoning',
  'content',
  'tool',
  'finish',
  'usage',
  'done',
  'comment',
  'raw',
  'body',
] as const;
export type FrameKind = (typeof frameKinds)[number];

/** A frame's text as it goes on the wire, without its place in time. */
export interface FrameText {
  kind: FrameKind;
  text: string;
}

/** A frame and when it is meant to be written, since the request was read. */
export interface Frame extends FrameText {
  due: Ms;
}

/** How an answer is written: server-sent events for the OpenAI way, JSON lines for Ollama's own. */
export interface Dialect {
  streamType: string;
  wholeType: string;
  /**
   * Frames from the first to the last; pieces of text in order, then what ends the stream. `elapsed` tells, while
   * they are taken one by one, how long the answer has lasted by then.
   */
  frames(elapsed: () => Ms): Iterable<FrameText>;
  /** The answer in one piece, when no stream was asked for. */
  whole(total: Ms): string;
  /** What keeps a silent connection alive, where the format has such a thing. */
  comment: string;
}
