import type { Json, Prompt } from '../suite/suite.ts';
import type { PlannedRequest, VisitPlace } from './plan.ts';
import { textLength } from './prompt-texts.ts';

/** Approximate characters per token, in texts of any kind. Source: https://platform.openai.com/tokenizer. */
const charactersPerToken = 4;
/** Tokens of a chat template around each message. */
const tokensPerMessage = 4;

/** The request, and the lengths that its texts are to have. */
export type Asked = Pick<PlannedRequest, 'prompt' | 'cell'> & {
  visit?: Pick<VisitPlace, 'lengths'> | undefined;
};

/** `params` of a request: the model's own override the prompt's, and the length of a recorded answer overrides both. */
export function paramsOf({ prompt, cell, visit }: Asked): Record<string, Json> {
  const params = { ...prompt.params, ...cell.model.params };
  const recorded = visit?.lengths?.completionTokens;
  if (recorded === undefined) return params;
  // Some models know it only by its later name. The name in the suite stays.
  const name = params['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  return { ...params, [name]: Math.max(1, recorded) };
}

/** Words that a prompt lacks to reach its recorded length, one token each. 0 if it is long enough. */
export function missingWords({ prompt, visit }: Pick<Asked, 'prompt' | 'visit'>): number {
  const recorded = visit?.lengths?.promptTokens;
  return recorded === undefined ? 0 : Math.max(0, recorded - aboutTokens(prompt));
}

const aboutTokens = (prompt: Prompt): number =>
  Math.ceil(textLength(prompt) / charactersPerToken) + tokensPerMessage * prompt.messages.length;
