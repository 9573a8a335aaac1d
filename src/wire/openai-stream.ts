import { createParser } from 'eventsource-parser';
import type { Dialect, Seen } from './answer-reader.ts';
import { streamTypes } from './response-head.ts';

/** Server-sent events, as OpenAI's API streams them. */
export const openAiStream: Dialect = {
  streamType: streamTypes.openAi,
  lastWord: '[DONE]',
  isAnswer: (body) => Array.isArray(body['choices']),
  framing() {
    const events = new Events();
    return (text) => events.feed(text);
  },
  tell: (frame) => ({ frame }),
};

class Events {
  #seen: Seen[] = [];
  readonly #parser = createParser({
    onEvent: ({ event, data }) => {
      this.#seen.push(meaningOf(event, data));
    },
  });
  /** The parser is between two events and holds nothing. At the very beginning a byte order mark may still come. */
  #isBetween = false;
  /** Beginning of the line whose end has not come. Absent after a strange line was found: one is enough. */
  #line: string | undefined = '';

  feed(text: string): Seen[] {
    this.#seen = [];
    const rest = this.#isBetween && !text.includes('\r') ? this.#readPlain(text) : text;
    if (rest === '') return this.#seen;
    const strange = this.#strangeLine(rest);
    if (strange !== undefined) this.#seen.unshift({ kind: 'strange', line: strange });
    this.#parser.feed(rest);
    this.#isBetween = rest.endsWith('\n\n');
    return this.#seen;
  }

  /** Complete events of one line with data, as nearly all are, need no parser. Returns the rest. */
  #readPlain(text: string): string {
    let from = 0;
    while (text.startsWith('data: ', from)) {
      const end = text.indexOf('\n', from);
      if (end === -1 || text.charCodeAt(end + 1) !== 10) break;
      this.#seen.push(meaningOf(undefined, text.slice(from + 6, end)));
      from = end + 2;
    }
    return from === 0 ? text : text.slice(from);
  }

  /** A line that belongs to no event, such as JSON without `data:`. The parser skips it. */
  #strangeLine(text: string): string | undefined {
    if (this.#line === undefined) return undefined;
    const lines = this.#line + text;
    const found = strangeLine.exec(lines)?.[1];
    if (found !== undefined && found.trim() !== '') {
      this.#line = undefined;
      return found;
    }
    const end = Math.max(lines.lastIndexOf('\n'), lines.lastIndexOf('\r'));
    this.#line = lines.slice(end + 1, end + 301);
    return undefined;
  }
}

/** A complete line that begins with no field name. The byte order mark is left to the parser. */
const strangeLine = /(?:^|[\r\n])\ufeff?(?!data|event|id|retry|:)([^\r\n]+)[\r\n]/;

function meaningOf(event: string | undefined, data: string): Seen {
  if (data.trim() === '[DONE]') return { kind: 'done' };
  return isHeartbeat(event, data) ? { kind: 'heartbeat' } : { kind: 'frame', data, event };
}

/** An event without data, or of its own type whose data are no frame: it shows that the server is alive. */
function isHeartbeat(event: string | undefined, data: string): boolean {
  if (data.trim() === '') return true;
  if (/^(ping|heartbeat|keep-?alive)$/i.test(event ?? '')) return true;
  const isTyped = event !== undefined && !/^(message|error|)$/.test(event);
  return (
    (isTyped && !/^\s*[{[]/.test(data)) ||
    /^\s*\{\s*"type"\s*:\s*"(ping|heartbeat|keep-?alive)"\s*\}\s*$/.test(data)
  );
}
