import { createParser } from 'eventsource-parser';
import { AnswerReader } from './answer-reader.ts';

/** Reads server-sent events as OpenAI's API streams them. */
export class StreamReader extends AnswerReader {
  readonly streamType = /^text\/event-stream\b/i;
  readonly lastWord = '[DONE]';
  readonly #events = createParser({
    onEvent: ({ event, data }) => {
      this.#onEvent(event, data);
    },
  });
  protected readonly parser = {
    feed: (text: string): void => {
      this.#lookForStrangeLine(text);
      this.#events.feed(text);
    },
  };

  /** How the line begins whose end has not come. Absent once a strange line was found: one is enough. */
  #line: string | undefined = '';

  /** A line that is of no event, such as JSON without `data:`. The parser passes over it. */
  #lookForStrangeLine(text: string): void {
    if (this.#line === undefined) return;
    const lines = this.#line + text;
    const found = strangeLine.exec(lines)?.[1];
    if (found !== undefined && found.trim() !== '') {
      this.completion.unread.note('line', found);
      this.#line = undefined;
      return;
    }
    const end = Math.max(lines.lastIndexOf('\n'), lines.lastIndexOf('\r'));
    this.#line = lines.slice(end + 1, end + 301);
  }

  isAnswer(body: Record<string, unknown>): boolean {
    return Array.isArray(body['choices']);
  }

  #onEvent(event: string | undefined, data: string): void {
    if (data.trim() === '[DONE]') {
      this.count();
      this.done();
      return;
    }
    if (isHeartbeat(event, data)) {
      this.sawHeartbeat = true;
      return;
    }
    const frame = this.parsed(data);
    if (frame === undefined) return;
    if (event === 'error') this.fail(frame);
    this.take(frame);
  }

  protected take(frame: unknown): void {
    this.add(frame);
  }
}

/** A whole line that begins with none of the names of a field. The byte order mark is the parser's. */
const strangeLine = /(?:^|[\r\n])\ufeff?(?!data|event|id|retry|:)([^\r\n]+)[\r\n]/;

/** An event without data, or of a type of its own whose data are no frame: it says that the server lives. */
function isHeartbeat(event: string | undefined, data: string): boolean {
  if (data.trim() === '') return true;
  if (/^(ping|heartbeat|keep-?alive)$/i.test(event ?? '')) return true;
  const isTyped = event !== undefined && !/^(message|error|)$/.test(event);
  return (
    (isTyped && !/^\s*[{[]/.test(data)) ||
    /^\s*\{\s*"type"\s*:\s*"(ping|heartbeat|keep-?alive)"\s*\}\s*$/.test(data)
  );
}
