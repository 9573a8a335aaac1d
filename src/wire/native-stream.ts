import { defined } from '../base/defined.ts';
import type { Ms } from '../base/clock.ts';
import type { ServerTimings } from '../measure/exchange.ts';
import type { Dialect, Seen, Told } from './answer-reader.ts';
import { isObject, saysNothing } from './json-words.ts';
import { nativeFrameFields } from './known-fields.ts';
import type { Unread } from './unread.ts';
import { streamTypes } from './response-head.ts';

/** The answer of Ollama's own `/api/chat`: one JSON object per line. The last one says `done`. */
export const nativeStream: Dialect = {
  streamType: streamTypes.native,
  lastWord: 'the line that says "done"',
  isAnswer: (body) => isObject(body['message']),
  framing: linesOf,
  tell,
};

/** In OpenAI's format, so that both dialects obey the same rules. */
function tell(frame: unknown, unread: Unread): Told {
  if (!isObject(frame)) {
    unread.note('frame', frame);
    return {};
  }
  const { error, message, model } = frame;
  if (saysNothing(error)) unread.noteOthers(frame, nativeFrameFields);
  if (!isObject(message)) unread.note('message', message);
  const isLast = frame['done'] === true;
  const choice = {
    index: 0,
    delta: isObject(message) ? message : {},
    finish_reason: isLast ? frame['done_reason'] : null,
  };
  const choices = message === undefined && !isLast ? [] : [choice];
  return {
    frame: { model, error, choices, usage: usageOf(frame) },
    isLast,
    ...(isLast ? { serverTimings: timingsOf(frame) } : {}),
  };
}

/** Lines of a text that comes in parts. Empty lines mean nothing. */
function linesOf(): (text: string) => Seen[] {
  /** Parts of a line whose end has not come. */
  let parts: string[] = [];
  return (text) => {
    const seen: Seen[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      parts.push(text.slice(from, end));
      from = end + 1;
      const data = parts.join('').trim();
      parts = [];
      if (data !== '') seen.push({ kind: 'frame', data });
    }
    if (from < text.length) parts.push(text.slice(from));
    return seen;
  };
}

/** Only the last line counts tokens. Ollama's other API reports their sum as the total. */
function usageOf(frame: Record<string, unknown>): object | undefined {
  const { prompt_eval_count: prompt, eval_count: completion } = frame;
  if (prompt === undefined && completion === undefined) return undefined;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    // A prompt that the server took from its cache may be counted as none.
    total_tokens:
      typeof prompt === 'number' && typeof completion === 'number' && prompt > 0
        ? prompt + completion
        : undefined,
    prompt_tokens_details: { cached_tokens: frame['prompt_eval_cached_count'] },
  };
}

function timingsOf(frame: Record<string, unknown>): ServerTimings | undefined {
  const timings = defined({
    totalMs: milliseconds(frame['total_duration']),
    loadMs: milliseconds(frame['load_duration']),
    promptEvalMs: milliseconds(frame['prompt_eval_duration']),
    evalMs: milliseconds(frame['eval_duration']),
  });
  return Object.keys(timings).length > 0 ? timings : undefined;
}

/** Longest plausible duration of one request: a day. */
const longest: Ms = 24 * 3600 * 1000;

/** Ollama counts nanoseconds. An impossible duration counts as not reported. */
function milliseconds(nanoseconds: unknown): Ms | undefined {
  if (typeof nanoseconds !== 'number' || !(nanoseconds >= 0)) return undefined;
  const ms = nanoseconds / 1e6;
  return ms <= longest ? ms : undefined;
}
