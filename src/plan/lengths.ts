import type { Json, Prompt } from '../suite/suite.ts';
import type { PlannedRequest, VisitPlace } from './plan.ts';
import { textLength } from './prompt-texts.ts';

/** Characters of a token, about, in texts of any kind. Source: https://platform.openai.com/tokenizer. */
const charactersPerToken = 4;
/** Around each message, by a chat template. */
const tokensPerMessage = 4;

/** What a request asks, and how long its texts are to be. */
export type Asked = Pick<PlannedRequest, 'prompt' | 'cell'> & {
  visit?: Pick<VisitPlace, 'lengths'> | undefined;
};

/** `params` of a request: the model's own win over the prompt's, and the length of a recorded answer over both. */
export function paramsOf({ prompt, cell, visit }: Asked): Record<string, Json> {
  const params = { ...prompt.params, ...cell.model.params };
  const recorded = visit?.lengths?.completionTokens;
  if (recorded === undefined) return params;
  // Some models know it by its later name only: the one that the suite uses stays.
  const name = params['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  return { ...params, [name]: Math.max(1, recorded) };
}

/** Words that are missing from a prompt to its recorded length, a token each. 0 for one that is long enough. */
export function missingWords({ prompt, visit }: Pick<Asked, 'prompt' | 'visit'>): number {
  const recorded = visit?.lengths?.promptTokens;
  return recorded === undefined ? 0 : Math.max(0, recorded - aboutTokens(prompt));
}

const aboutTokens = (prompt: Prompt): number =>
  Math.ceil(textLength(prompt) / charactersPerToken) + tokensPerMessage * prompt.messages.length;
