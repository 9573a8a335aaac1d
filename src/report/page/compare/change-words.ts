import { count } from '../../../base/text.ts';
import { times } from '../../number-text.ts';
import type { PairRow, PairVerdict } from '../../../analysis/summary-columns.ts';
import { pointsInterval, ratioInterval, signedPoints } from '../sentences.ts';
import { wordsFor } from '../metric-words.ts';

const outcomes: Record<PairVerdict, string> = {
  faster: 'faster',
  slower: 'slower',
  better: 'more',
  worse: 'fewer',
  equal: 'the same within the margin',
  'not settled': 'no change can be told',
};

/** What became of a model on one metric, in a plain sentence that leaves its name to what stands before it. */
export function changeSentence(pair: PairRow): string {
  const outcome = outcomes[pair.verdict as PairVerdict];
  return `${wordsFor(pair.metric).label}: ${outcome}, ${sizeWords(pair)}${remedy(pair)}.`;
}

/** `1.12× what it was (1.03–1.21)`, `−4 points (−9 to 1)`. */
function sizeWords(pair: PairRow): string {
  if (pair.difference !== undefined) return `${signedPoints(pair.difference)} points${pointsInterval(pair)}`;
  return pair.ratio === undefined
    ? 'not measured in both'
    : `${times(pair.ratio)} what it was${ratioInterval(pair.ci_low, pair.ci_high)}`;
}

function remedy({ more_prompts: more }: PairRow): string {
  return more === undefined || more > 2000 ? '' : `; about ${count(more, 'more prompt')} would settle it`;
}
