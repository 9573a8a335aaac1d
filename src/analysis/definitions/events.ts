import type { Ms } from '../../base/clock.ts';
import type { AnswerLine } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';

/** One request as every tool could have seen it: instants since it was sent, and the server's count. */
export interface StreamEvents {
  /** First chunk that has a `choices` list, with text or without. */
  firstChoice: Ms;
  /** First non-empty piece. */
  firstText: Ms;
  /** Last non-empty piece. */
  lastText: Ms;
  /** Last chunk with `choices`: the finish. */
  lastChoice: Ms;
  /** `[DONE]`, or the last thing received. */
  end: Ms;
  /** Gaps between chunks with `choices`. Two from the same read have no gap of their own and count as 0. */
  choiceGaps: readonly Ms[];
  /** Gaps between pieces of text that have their own instant. */
  textGaps: readonly Ms[];
  /** Completion tokens. */
  tokens: number;
  /** Share of the answer's characters that the first piece carried. */
  firstShare: number;
  /** Our own wait before sending. */
  queue: Ms;
}

/** Undefined if the definitions do not apply: not streamed, no token count, fewer than two pieces. */
export function eventsOf(row: RequestRow, { chunks }: AnswerLine): StreamEvents | undefined {
  const tokens = row.completion_tokens;
  const choices = chunks.filter(([, kind]) => kind !== 'usage' && kind !== 'done');
  const texts = choices.filter(([, , chars]) => chars > 0);
  const [first, last] = [texts[0], texts.at(-1)];
  if (tokens === undefined || tokens < 2 || !first || !last || last[0] <= first[0]) return undefined;
  const chars = texts.reduce((sum, [, , n]) => sum + n, 0);
  const gaps = (entries: typeof chunks): Ms[] =>
    entries.slice(1).map(([at], index) => at - entries[index]![0]);
  return {
    firstChoice: choices[0]![0],
    firstText: first[0],
    lastText: last[0],
    lastChoice: choices.at(-1)![0],
    end: chunks.at(-1)![0],
    choiceGaps: gaps(choices),
    textGaps: gaps(texts.filter(([, , , merged]) => !merged)),
    tokens,
    firstShare: first[2] / chars,
    queue: row.queue_ms ?? 0,
  };
}
