import type { Usage } from '../measure/exchange.ts';
import { imagesIn } from '../suite/image.ts';
import type { Prompt } from '../suite/suite.ts';
import { type Asked, missingWords, paramsOf } from './lengths.ts';
import { textLength, textsOf } from './prompt-texts.ts';

/** Assumed length of the longest answer if no `max_tokens` bounds it. */
const unboundedAnswer = 8192;
/** Framing that a chat template puts around each message, generously. */
const tokensPerMessage = 16;

/** `max_tokens` of a request. Undefined if nothing bounds the answer. */
export function answerLimit(asked: Asked): number | undefined {
  const params = paramsOf(asked);
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

const knownMost = new WeakMap<Prompt, number>();

/** The most tokens that a prompt can take. Counted once: a budget asks for every request. */
function mostPromptTokens(prompt: Prompt): number {
  let tokens = knownMost.get(prompt);
  if (tokens === undefined) {
    const bytes = textsOf(prompt).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const framing = tokensPerMessage * prompt.messages.length;
    tokens = Math.ceil(bytes / 2) + imageTokens(prompt) + framing;
    knownMost.set(prompt, tokens);
  }
  return tokens;
}

/**
 * The most that a request may use: one token for every two bytes, the maximum for its images, and an answer of full
 * length. Bytes, because non-Latin scripts take up to two tokens a character.
 */
export function worstCaseUsage(planned: Asked): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  return {
    promptTokens: mostPromptTokens(planned.prompt) + 2 * missingWords(planned),
    completionTokens: answerLimit(planned) ?? unboundedAnswer,
  };
}

/**
 * The least that a request may use: one token for six characters, and an answer of one token. An image has no known
 * minimum and adds nothing.
 */
export function leastUsage(planned: Pick<Asked, 'prompt' | 'visit'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const { prompt } = planned;
  return { promptTokens: Math.ceil(textLength(prompt) / 6) + missingWords(planned), completionTokens: 1 };
}

/** With fewer tokens, a count that looks small proves nothing. */
const shortest = 50;
/** There are at least as many tokens as words. A template may drop a few of them. */
const wordShare = 0.75;
/** Scripts without blanks, and long words: no vocabulary has common tokens of more letters. */
const lettersPerToken = 32;

const known = new WeakMap<Prompt, number>();

/**
 * The fewest tokens that the texts of a request can take. Tokens do not cross blanks, so each word with a letter or
 * digit is at least one, and none covers more than 32 letters. A quarter is left for what a template drops. 0 for a
 * prompt that is too short to judge.
 */
export function fewestPromptTokens(planned: Pick<Asked, 'prompt' | 'visit'>): number {
  const added = Math.floor(missingWords(planned) * wordShare);
  const fewest = fewestOf(planned.prompt) + added;
  return fewest < shortest ? 0 : fewest;
}

function fewestOf(prompt: Prompt): number {
  let fewest = known.get(prompt);
  if (fewest === undefined) {
    let words = 0;
    let letters = 0;
    for (const text of wordsOf(prompt)) {
      for (const [run] of text.matchAll(/\S+/g)) if (/[\p{L}\p{N}]/u.test(run)) words++;
      letters += (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
    }
    fewest = Math.floor(Math.max(words * wordShare, letters / lettersPerToken));
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
