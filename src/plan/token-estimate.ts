import type { Usage } from '../measure/exchange.ts';
import { imagesIn, isImagePart } from '../suite/image.ts';
import type { Json, Prompt } from '../suite/suite.ts';
import type { PlannedRequest } from './plan.ts';

/** Assumed length of the longest answer if no `max_tokens` bounds it. */
const unboundedAnswer = 8192;
/** Framing that a chat template puts around each message, generously. */
const tokensPerMessage = 16;

/** Every text in the messages of a request. An image has none. */
function textsOf({ prompt }: Pick<PlannedRequest, 'prompt'>): string[] {
  const within = (value: Json): string[] => {
    if (typeof value === 'string') return [value];
    if (isImagePart(value)) return [];
    if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(within);
    return [];
  };
  return within(prompt.messages);
}

/** `max_tokens` of a request. The model's own params win. Undefined if nothing bounds the answer. */
export function answerLimit({ prompt, cell }: Pick<PlannedRequest, 'prompt' | 'cell'>): number | undefined {
  const params = { ...prompt.params, ...cell.model.params };
  const limit = params['max_tokens'] ?? params['max_completion_tokens'];
  return typeof limit === 'number' ? limit : undefined;
}

/** Pixels along each side of the smallest patch that a model turns into a token. */
const patch = 16;
/** Tokens for a small image: some models resize each to a fixed size. */
const tokensPerImage = 2_000;

/**
 * The most tokens that the images of a prompt can take: one for each patch of 16 × 16 pixels, and at least 2,000 for
 * each image. Only the model's server knows the true number.
 */
function imageTokens({ messages }: Prompt): number {
  return imagesIn(messages).reduce((sum, { width, height }) => {
    const patches = Math.ceil(width / patch) * Math.ceil(height / patch);
    return sum + Math.max(tokensPerImage, patches);
  }, 0);
}

const knownBytes = new WeakMap<Prompt, number>();

/** Counted once: a budget asks for every request. */
function bytesOf(prompt: Prompt): number {
  let bytes = knownBytes.get(prompt);
  if (bytes === undefined) {
    bytes = textsOf({ prompt }).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    knownBytes.set(prompt, bytes);
  }
  return bytes;
}

/**
 * The most that a request may use: one token for every two bytes, the maximum for its images, and an answer of full
 * length. Bytes, because non-Latin scripts take up to two tokens a character.
 */
export function worstCaseUsage(planned: Pick<PlannedRequest, 'prompt' | 'cell'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const framing = tokensPerMessage * planned.prompt.messages.length;
  return {
    promptTokens: Math.ceil(bytesOf(planned.prompt) / 2) + imageTokens(planned.prompt) + framing,
    completionTokens: answerLimit(planned) ?? unboundedAnswer,
  };
}

/**
 * The least that a request may use: one token for six characters, and an answer of one token. An image has no known
 * minimum and adds nothing.
 */
export function leastUsage(planned: Pick<PlannedRequest, 'prompt'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const characters = textsOf(planned).reduce((sum, text) => sum + text.length, 0);
  return { promptTokens: Math.ceil(characters / 6), completionTokens: 1 };
}

/** With fewer tokens, a count that looks small proves nothing. */
const shortest = 50;
/** There are at least as many tokens as words. A template may drop a few of them. */
const wordShare = 0.75;
/** Scripts without blanks, and long words: no vocabulary has common tokens of more letters. */
const lettersPerToken = 32;

const known = new WeakMap<Prompt, number>();

/**
 * The fewest tokens that the texts of a prompt can take. Tokens do not cross blanks, so each word with a letter or
 * digit is at least one, and none covers more than 32 letters. A quarter is left for what a template drops. 0 for a
 * prompt that is too short to judge.
 */
export function fewestPromptTokens(prompt: Prompt): number {
  let fewest = known.get(prompt);
  if (fewest === undefined) {
    let words = 0;
    let letters = 0;
    for (const text of wordsOf(prompt)) {
      for (const [run] of text.matchAll(/\S+/g)) if (/[\p{L}\p{N}]/u.test(run)) words++;
      letters += (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
    }
    const bound = Math.floor(Math.max(words * wordShare, letters / lettersPerToken));
    fewest = bound < shortest ? 0 : bound;
    known.set(prompt, fewest);
  }
  return fewest;
}

/** What a model certainly reads: the texts of the messages, without reasoning, calls and images. */
function wordsOf({ messages }: Prompt): string[] {
  return messages.flatMap(({ content }) => {
    const parts = Array.isArray(content) ? content : [{ text: content }];
    return parts.flatMap((part) => {
      const text =
        typeof part === 'object' && part !== null && !Array.isArray(part) ? part['text'] : undefined;
      return typeof text === 'string' ? [text] : [];
    });
  });
}
