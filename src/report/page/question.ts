import { cut } from '../../base/text.ts';
import type { Prompt } from '../../suite/suite.ts';

const questionLength = 600;

/** The last question of a prompt, as far as it is text. If two versions ask differently, both. */
export function questionOf({ messages, before }: Pick<Prompt, 'messages' | 'before'>): string | undefined {
  const [now, then] = [messages, before?.messages ?? messages].map(lastText);
  if (now === then || now === undefined || then === undefined) return now;
  return `Now: ${now}\nBefore: ${then}`;
}

function lastText(messages: Prompt['messages']): string | undefined {
  const content = messages.at(-1)?.content;
  return typeof content === 'string' ? cut(content, questionLength) : undefined;
}
