import type { Collected } from '../../analysis/collect.ts';

/** More would make the page heavy. All of them are in `answers.jsonl`. */
export const mostAnswerPrompts = 24;
/** Maximum answers shown, over all prompts and models. */
const mostAnswers = 240;

/**
 * The prompts whose answers are shown: first those on which the models' pass rates differ most, because there is
 * something to see, then the others in the suite's order.
 */
export function answerPrompts(collected: Collected, suiteOrder: readonly string[]): string[] {
  const most = Math.max(1, Math.min(mostAnswerPrompts, Math.floor(mostAnswers / collected.cells.length)));
  return suiteOrder
    .map((promptId) => ({ promptId, spread: spreadOf(collected, promptId) }))
    .sort((a, b) => b.spread - a.spread)
    .slice(0, most)
    .map(({ promptId }) => promptId);
}

function spreadOf({ cells }: Collected, promptId: string): number {
  const shares = cells.flatMap(({ prompts }) => {
    const { hits, total } = prompts.get(promptId)?.passed ?? { hits: 0, total: 0 };
    return total > 0 ? [hits / total] : [];
  });
  return shares.length < 2 ? 0 : Math.max(...shares) - Math.min(...shares);
}
