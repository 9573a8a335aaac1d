import { isObject, saysNothing, text } from './json-words.ts';
import type { Unread } from './unread.ts';

/** A stretch of text, and whether it is reasoning. */
export interface TextPart {
  kind: 'reasoning' | 'content';
  text: string;
}

const deepest = 4;

/**
 * The text of a message or a part of it, in any of its forms: a text, a list of typed parts, or one such part. Anything
 * else is noted as unread.
 */
export function textParts(value: unknown, kind: TextPart['kind'], place: string, unread: Unread): TextPart[] {
  const parts: TextPart[] = [];
  collect(value, kind, { place, unread, parts }, 0);
  return parts;
}

interface Collecting {
  place: string;
  unread: Unread;
  parts: TextPart[];
}

function collect(value: unknown, kind: TextPart['kind'], to: Collecting, depth: number): void {
  if (typeof value === 'string') {
    if (value !== '') to.parts.push({ kind, text: value });
  } else if (depth < deepest && Array.isArray(value)) {
    for (const part of value) collect(part, kind, to, depth + 1);
  } else if (depth < deepest && isObject(value)) {
    collectPart(value, kind, to, depth);
  } else to.unread.note(to.place, value);
}

const textMembers = ['text', 'thinking', 'reasoning', 'content', 'summary', 'refusal', 'value', 'parts'];
/** Types of parts that hold text. A `text` in a part of another type may not belong to the answer. */
const textTypes = /^(text|output_text|text_delta|summary_text|refusal|)$/;
const thinkingTypes = /thinking|reasoning|thought/;

function collectPart(
  part: Record<string, unknown>,
  kind: TextPart['kind'],
  to: Collecting,
  depth: number,
): void {
  const type = text(part['type']);
  const isThinking = thinkingTypes.test(type) || part['thought'] === true;
  const member = textMembers.find((name) => !saysNothing(part[name]));
  if (member !== undefined && (isThinking || textTypes.test(type))) {
    collect(part[member], isThinking || member === 'thinking' ? 'reasoning' : kind, to, depth + 1);
  } else if (Object.keys(part).some((name) => !bookkeeping.has(name) && !saysNothing(part[name]))) {
    to.unread.note(to.place, part);
  }
}

/** Members of a part that are not text: encrypted reasoning, its signature, its place. */
const bookkeeping = new Set([
  'type',
  'id',
  'index',
  'format',
  'signature',
  'data',
  'annotations',
  'logprobs',
  'text',
  'status',
  'cache_control',
]);
