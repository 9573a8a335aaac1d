import type { Usage } from '../measure/exchange.ts';
import type { Json } from '../suite/suite.ts';
import type { PlannedRequest } from './plan.ts';

/** Taken as the longest answer where no `max_tokens` bounds it. */
const unboundedAnswer = 8192;
/** Framing that a chat template puts around each message, generously. */
const tokensPerMessage = 16;

/** Every text in the messages of a request. */
function textsOf({ prompt }: Pick<PlannedRequest, 'prompt'>): string[] {
  const within = (value: Json): string[] => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(within);
    return [];
  };
  return within(prompt.messages);
}

/** `max_tokens` of a request; the model's own params win. Undefined when nothing bounds the answer. */
export function answerLimit({ prompt, cell }: Pick<PlannedRequest, 'prompt' | 'cell'>): number | undefined {
  const params = { ...prompt.params, ...cell.model.params };
  const limit = params['max_tokens'] ?? params['max_completion_tokens'];
  return typeof limit === 'number' ? limit : undefined;
}

/**
 * The most that a request may use: one token for every two bytes, and an answer of full length. Bytes, because
 * scripts other than the Latin one take up to two tokens a character.
 */
export function worstCaseUsage(planned: Pick<PlannedRequest, 'prompt' | 'cell'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const framing = tokensPerMessage * planned.prompt.messages.length;
  const bytes = textsOf(planned).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    promptTokens: Math.ceil(bytes / 2) + framing,
    completionTokens: answerLimit(planned) ?? unboundedAnswer,
  };
}

/** The least: six characters to the token, and an answer of one. */
export function leastUsage(planned: Pick<PlannedRequest, 'prompt'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const characters = textsOf(planned).reduce((sum, text) => sum + text.length, 0);
  return { promptTokens: Math.ceil(characters / 6), completionTokens: 1 };
}
