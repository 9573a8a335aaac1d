import { createHash } from 'node:crypto';
import type { Json, Message, RunSettings } from '../suite/suite.ts';
import { isObject } from './json-words.ts';

/** Where a fresh token goes: before everything else, or after the system prompt, which can then be cached. */
export type SaltPlace = Exclude<NonNullable<RunSettings['salt']>, 'none'>;

/** What a token is made from. All of it is in `run.json` and in the attempt's row. */
export interface SaltSource {
  runId: string;
  seed: number;
  /** Of the planned request: phase, repeat, prompt, model and route. */
  key: string;
  /** Counts from 1. */
  attempt: number;
}

/**
 * A token unique to this attempt, which a resumed run computes again: the first twelve hexadecimal digits of the
 * SHA-256 of run id, seed, key and attempt, joined by line feeds.
 */
export function saltToken({ runId, seed, key, attempt }: SaltSource): string {
  return createHash('sha256').update([runId, seed, key, attempt].join('\n')).digest('hex').slice(0, 12);
}

/**
 * The messages with a token in brackets, so that a server cannot reuse earlier work on the same prompt. `prefix`:
 * before the first message. `suffix`: after the system prompt; without one, like `prefix`.
 */
export function salted(messages: readonly Message[], place: SaltPlace, token: string): Message[] {
  const isSystem = ({ role }: Message): boolean => role === 'system' || role === 'developer';
  const firstOther = messages.findIndex((message) => !isSystem(message));
  const leading = firstOther === -1 ? messages.length : firstOther;
  const isBehind = place === 'suffix' && leading > 0;
  const target = isBehind ? leading - 1 : 0;
  return messages.map((message, index) =>
    index === target ? { ...message, content: withToken(message.content, token, isBehind) } : message,
  );
}

function withToken(content: Json, token: string, isBehind: boolean): Json {
  const isText = (part: Json): boolean => isObject(part) && typeof part['text'] === 'string';
  const place = Array.isArray(content) && isBehind ? content.findLastIndex(isText) : 0;
  return withText(content, `[${token}]`, { place, isBehind });
}

/** `words` in front of a content, or behind it; of a list of parts, at the text in that place. */
export function withText(
  content: Json,
  words: string,
  { place = 0, isBehind = false }: { place?: number; isBehind?: boolean } = {},
): Json {
  const join = (text: string): string => (isBehind ? `${text}\n\n${words}` : `${words}\n\n${text}`);
  if (!Array.isArray(content)) return join(typeof content === 'string' ? content : '');
  const part = content[place];
  if (!isObject(part) || typeof part['text'] !== 'string') return [{ type: 'text', text: words }, ...content];
  return content.with(place, { ...part, text: join(part['text']) });
}
