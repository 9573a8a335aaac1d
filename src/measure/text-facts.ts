import { hash } from 'node:crypto';
import type { Exchange } from './exchange.ts';

/** Facts about the texts of an answer that its figures need. */
export interface TextFacts {
  /** UTF-16 units, as in `answer_chars`. */
  answerChars: number;
  reasoningChars: number;
  toolCalls: number;
  /** UTF-8, of the answer and the tool calls. */
  answerBytes: number;
  reasoningBytes: number;
  /** SHA-256 of the answer, in hexadecimal. Absent: there was none. */
  answerSha256?: string;
}

type Texts = Pick<Exchange, 'answer' | 'reasoning' | 'toolCalls' | 'withheld'>;

/** Facts of the texts, or the given ones if the texts were withheld. */
export function textFactsOf(texts: Texts): TextFacts {
  const { answer, reasoning, toolCalls } = texts;
  const answerSha256 = answerHash(texts);
  return (
    texts.withheld ?? {
      ...{ answerChars: answer.length, reasoningChars: reasoning.length, toolCalls: toolCalls.length },
      ...{ answerBytes: answerBytes(texts), reasoningBytes: reasoningBytes(texts) },
      ...(answerSha256 === undefined ? {} : { answerSha256 }),
    }
  );
}

/** The same exchange with facts in place of its texts. */
export function withoutTexts<T extends Exchange>(exchange: T): T {
  const withheld = textFactsOf(exchange);
  const { unread } = exchange;
  return {
    ...exchange,
    ...{ answer: '', reasoning: '', toolCalls: [], withheld },
    ...(unread === undefined ? {} : { unread: unreadPlace(unread) }),
  };
}

/** Without the quoted content, which follows the first colon. */
export const unreadPlace = (unread: string): string => `${unread.replace(/: .*/s, '')}: …`;

export const hasText = ({ answer, reasoning, toolCalls, withheld: told }: Texts): boolean =>
  told
    ? told.answerChars + told.reasoningChars + told.toolCalls > 0
    : answer !== '' || reasoning !== '' || toolCalls.length > 0;

export const answerChars = ({ answer, withheld }: Texts): number => withheld?.answerChars ?? answer.length;

export const reasoningChars = ({ reasoning, withheld }: Texts): number =>
  withheld?.reasoningChars ?? reasoning.length;

export const answerBytes = ({ answer, toolCalls, withheld }: Texts): number =>
  withheld?.answerBytes ??
  toolCalls.reduce(
    (sum, call) => sum + Buffer.byteLength(call.name) + Buffer.byteLength(call.arguments),
    Buffer.byteLength(answer),
  );

export const reasoningBytes = ({ reasoning, withheld }: Texts): number =>
  withheld?.reasoningBytes ?? Buffer.byteLength(reasoning);

/** SHA-256 in hexadecimal. Undefined for an empty answer. */
export function answerHash({ answer, withheld }: Texts): string | undefined {
  if (withheld) return withheld.answerSha256;
  return answer === '' ? undefined : hash('sha256', answer);
}
