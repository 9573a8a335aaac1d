import type { Usage } from '../record/exchange.ts';
import type { Json } from '../suite/suite.ts';
import type { PlannedRequest } from './plan.ts';

/** Taken as the longest answer where no `max_tokens` bounds it. */
const unboundedAnswer = 8192;
/** Framing that a chat template puts around each message, generously. */
const tokensPerMessage = 16;

/** Characters of text in the messages of a request. */
function promptChars({ prompt }: Pick<PlannedRequest, 'prompt'>): number {
  const length = (value: Json): number => {
    if (typeof value === 'string') return value.length;
    if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + length(part), 0);
    if (typeof value === 'object' && value !== null)
      return Object.values(value).reduce<number>((sum, part) => sum + length(part), 0);
    return 0;
  };
  return length(prompt.messages);
}

/** `max_tokens` of a request; the model's own params win. Undefined when nothing bounds the answer. */
export function answerLimit({ prompt, arm }: Pick<PlannedRequest, 'prompt' | 'arm'>): number | undefined {
  const params = { ...prompt.params, ...arm.model.params };
  const limit = params['max_tokens'] ?? params['max_completion_tokens'];
  return typeof limit === 'number' ? limit : undefined;
}

/** The most that a request may use: one token for every two characters, and an answer of full length. */
export function worstCaseUsage(planned: Pick<PlannedRequest, 'prompt' | 'arm'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  const framing = tokensPerMessage * planned.prompt.messages.length;
  return {
    promptTokens: Math.ceil(promptChars(planned) / 2) + framing,
    completionTokens: answerLimit(planned) ?? unboundedAnswer,
  };
}

/** The least: six characters to the token, and an answer of one. */
export function leastUsage(planned: Pick<PlannedRequest, 'prompt'>): Usage & {
  promptTokens: number;
  completionTokens: number;
} {
  return { promptTokens: Math.ceil(promptChars(planned) / 6), completionTokens: 1 };
}
