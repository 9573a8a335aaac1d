import type { Ms } from '../base/clock.ts';
import { AnswerReader } from './answer-reader.ts';
import type { Seen } from './flight.ts';
import { nativeStream } from './native-stream.ts';
import { openAiStream } from './openai-stream.ts';

/** Examines a stream in flight: takes each read with its instant, and reports what has come so far. */
export function peekInto(native: boolean): (bytes: Buffer, at: Ms) => Seen {
  const reader = new AnswerReader(native ? nativeStream : openAiStream);
  let lastDataMs = 0;
  return (bytes, at) => {
    const { frames } = reader;
    reader.feed(bytes, at);
    if (reader.frames > frames) lastDataMs = at;
    return { texts: reader.texts, chars: reader.chars, lastDataMs };
  };
}
