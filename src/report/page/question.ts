import { cut } from '../../base/text.ts';
import type { Prompt } from '../../suite/suite.ts';

const questionLength = 600;

/** What a prompt asks last, as far as it is text. */
export function questionOf({ messages }: Pick<Prompt, 'messages'>): string | undefined {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? cut(content, questionLength) : undefined;
}
