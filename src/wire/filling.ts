import { seededRandom } from '../base/random.ts';
import { missingWords } from '../plan/lengths.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Json } from '../suite/suite.ts';
import { withText } from './salt.ts';

/** Short and common: one token each, in any vocabulary. */
const vocabulary = (
  'the of and to in is that it was for on are as with they be at one have this from or had by but what some we can out ' +
  'other were all there when up use your how said an each she which do their time if will way about many then them would'
).split(' ');

/** Shorter answers need no request for a length. */
const fewestWished = 20;
const wordsPerToken = 0.75;

/**
 * A request extended to its recorded lengths: meaningless words before its last question, and a request for the length
 * of the answer after it. The words differ in each request, so that no server has cached them. They are the same for
 * every model. Unchanged if there are no lengths.
 */
export function filledUp(planned: PlannedRequest): PlannedRequest {
  const { prompt, visit } = planned;
  const { completionTokens = 0 } = visit?.lengths ?? {};
  const missing = missingWords(planned);
  const wish = completionTokens >= fewestWished ? Math.round(completionTokens * wordsPerToken) : 0;
  if (!visit || (missing === 0 && wish === 0)) return planned;
  const asking = prompt.messages.findLastIndex(({ role }) => role === 'user');
  const target = asking === -1 ? prompt.messages.length - 1 : asking;
  const messages = prompt.messages.map((message, index) => {
    if (index !== target) return message;
    const wished = wish === 0 ? message.content : wishing(message.content, `Write about ${wish} words.`);
    return { ...message, content: missing === 0 ? wished : withText(wished, filling(missing, visit)) };
  });
  return { ...planned, prompt: { ...prompt, messages } };
}

const wishing = (content: Json, wish: string): Json =>
  Array.isArray(content)
    ? [...content, { type: 'text', text: wish }]
    : withText(content, wish, { isBehind: true });

/** Enough words of its own that no cache of prefixes takes one request for another. */
const ownWords = 64;

/** What follows them, the same for all: long prompts are put together as fast as they are due. */
let common: { words: readonly string[]; text: string } | undefined;

function commonWords(): NonNullable<typeof common> {
  if (!common) {
    const words = someWords('filling', 4096);
    common = { words, text: words.join(' ') };
  }
  return common;
}

function filling(words: number, { level, number, arrival }: NonNullable<PlannedRequest['visit']>): string {
  const own = someWords(`${level}/${number}/${arrival}`, Math.min(words, ownWords));
  const rest = words - own.length;
  if (rest === 0) return own.join(' ');
  const { words: stock, text } = commonWords();
  return [
    ...own,
    ...Array.from({ length: Math.floor(rest / stock.length) }, () => text),
    ...stock.slice(0, rest % stock.length),
  ].join(' ');
}

function someWords(seed: string, count: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => vocabulary[Math.floor(random() * vocabulary.length)]!);
}
