import { defined } from '../base/defined.ts';
import type { Ms } from '../base/clock.ts';
import type { ServerTimings } from '../measure/exchange.ts';
import { AnswerReader } from './answer-reader.ts';
import { isObject, saysNothing } from './json-words.ts';
import { nativeFrameFields } from './known-fields.ts';

/** Reads what Ollama's own `/api/chat` answers: a JSON object a line, of which the last says `done`. */
export class NativeReader extends AnswerReader {
  readonly streamType = /^application\/x-ndjson\b/i;
  readonly lastWord = 'the line that says "done"';
  protected readonly parser = new LineParser((line) => {
    this.#onLine(line);
  });

  isAnswer(body: Record<string, unknown>): boolean {
    return isObject(body['message']);
  }

  #onLine(line: string): void {
    const frame = this.parsed(line);
    if (frame === undefined) return;
    this.take(frame);
    if (isObject(frame) && frame['done'] === true) this.done();
  }

  /** Told to the completion in OpenAI's words, so that both ways obey the same rules. */
  protected take(frame: unknown): void {
    const { unread } = this.completion;
    if (!isObject(frame)) {
      unread.note('frame', frame);
      return;
    }
    const isError = !saysNothing(frame['error']);
    if (!isError) unread.noteOthers(frame, nativeFrameFields);
    const { message } = frame;
    if (!isObject(message)) unread.note('message', message);
    const isLast = frame['done'] === true;
    const choice = {
      index: 0,
      delta: isObject(message) ? message : {},
      finish_reason: isLast ? frame['done_reason'] : null,
    };
    this.add({
      model: frame['model'],
      error: frame['error'],
      choices: message === undefined && !isLast ? [] : [choice],
      usage: usageOf(frame),
    });
    if (isLast) this.serverTimings = timingsOf(frame);
  }
}

/** Lines of a text that comes in parts. Empty ones mean nothing. */
class LineParser {
  readonly #onLine: (line: string) => void;
  /** Parts of a line whose end has not come. */
  #parts: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  feed(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.#parts.push(text.slice(from, end));
      from = end + 1;
      const line = this.#parts.join('').trim();
      this.#parts = [];
      if (line !== '') this.#onLine(line);
    }
    if (from < text.length) this.#parts.push(text.slice(from));
  }
}

/** Only the last line counts tokens. Their sum is what Ollama's other API reports as the total. */
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

/** Longest time that one request can have taken: a day. */
const longest: Ms = 24 * 3600 * 1000;

/** Ollama counts nanoseconds. What cannot be a duration was not reported. */
function milliseconds(nanoseconds: unknown): Ms | undefined {
  if (typeof nanoseconds !== 'number' || !(nanoseconds >= 0)) return undefined;
  const ms = nanoseconds / 1e6;
  return ms <= longest ? ms : undefined;
}
