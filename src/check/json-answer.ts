import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Answer } from './check.ts';
import { comparable, quote } from './clean-text.ts';
import { compilePattern } from './fields.ts';

/** Where JSON checks find it. */
export const jsonFields = {
  fence: z
    .boolean()
    .default(true)
    .describe('JSON may also be in a Markdown code block with prose around it; false: nothing but JSON'),
  tool: z
    .string()
    .min(1)
    .optional()
    .describe("checks the arguments of the first call of this tool instead of the answer's text"),
};

/** A value read from an answer, or why there is none. */
export type FoundJson = { found: true; value: unknown } | { found: false; why: string };

/**
 * The whole answer if it is JSON (any value, as RFC 8259 allows), else its first code block marked `json`, else its
 * first code block. An unclosed block runs to the end.
 */
export function jsonOf(
  answer: Answer,
  { fence, tool }: { fence: boolean; tool?: string | undefined },
): FoundJson {
  if (tool !== undefined) return argumentsOf(answer, tool);
  const whole = parse(answer.text);
  if (whole.found || !fence) return whole;
  const block = fencedJson(answer.text);
  return block === undefined ? whole : parse(block);
}

function argumentsOf({ toolCalls }: Answer, tool: string): FoundJson {
  const call = toolCalls.find(({ name }) => name === tool);
  return call ? parse(call.arguments) : { found: false, why: `the tool ${quote(tool)} was not called` };
}

function parse(text: string): FoundJson {
  try {
    // Trimming also removes a byte order mark.
    return { found: true, value: JSON.parse(text.trim()) as unknown };
  } catch {
    return { found: false, why: `not JSON: ${quote(text)}` };
  }
}

export interface Block {
  language: string;
  lines: string[];
}

function fencedJson(text: string): string | undefined {
  const blocks = fencedBlocks(text);
  const block = blocks.find(({ language }) => /^json\b/i.test(language)) ?? blocks[0];
  return block?.lines.join('\n');
}

/** Code blocks as CommonMark defines fences: three or more backticks or tildes, closed by at least as many. */
export function fencedBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; block: Block } | undefined;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, fence, info = ''] = /^ *(`{3,}|~{3,}) *(.*)$/s.exec(line) ?? [];
    if (open && fence?.startsWith(open.fence) && info === '') open = undefined;
    else if (open) open.block.lines.push(line);
    else if (fence && !(fence.startsWith('`') && info.includes('`'))) {
      const block = { language: info.trim(), lines: [] };
      blocks.push(block);
      open = { fence, block };
    }
  }
  return blocks;
}

/** Conditions on a value. All given ones must hold. */
export interface Condition {
  equals?: unknown;
  contains?: string | undefined;
  matches?: string | undefined;
  ignore_case: boolean;
}

export function meets(value: unknown, { equals, contains, matches, ignore_case }: Condition): boolean {
  return (
    (equals === undefined || isEqual(value, equals, ignore_case)) &&
    (contains === undefined || holds(value, contains, ignore_case)) &&
    (matches === undefined || fits(value, compilePattern(matches, '', ignore_case)))
  );
}

/**
 * The same JSON value. Variables are always texts, so an expected text also equals the number or boolean that it
 * spells. To check the type, use `json-schema`.
 */
function isEqual(value: unknown, expected: unknown, ignoreCase: boolean): boolean {
  if (typeof expected === 'string') return isSameText(spelling(value), expected, ignoreCase);
  return value === expected || isDeepStrictEqual(value, expected);
}

function isSameText(text: string | undefined, expected: string, ignoreCase: boolean): boolean {
  return text !== undefined && comparable(text, ignoreCase) === comparable(expected, ignoreCase);
}

function holds(value: unknown, part: string, ignoreCase: boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => isSameText(spelling(item), part, ignoreCase));
  return typeof value === 'string' && comparable(value, ignoreCase).includes(comparable(part, ignoreCase));
}

function fits(value: unknown, pattern: RegExp): boolean {
  const text = spelling(value);
  return text !== undefined && pattern.test(comparable(text, false));
}

/** A text, number or boolean as text. Undefined for `null`, lists and objects. */
function spelling(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
