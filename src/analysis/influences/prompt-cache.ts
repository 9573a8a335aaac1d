import type { Ms } from '../../base/clock.ts';
import type { Names } from '../../plan/cell.ts';
import { mean } from '../../stats/quantile.ts';
import { signedRank } from '../../stats/signed-rank.ts';

/** What a server's prompt cache did for one model on one route. Absent: not reported or not measured. */
export type PromptCache = Names & {
  /** Share of the prompt tokens that came from the cache, over the answers that reported both, 0 to 1. */
  readonly cached_share?: number;
  /** Prompts that were sent more than once: the basis of the next two. Absent if repeats were not faster. */
  readonly repeated_prompts?: number;
  /** Geometric mean over prompts of the TTFT of first sends. */
  readonly first_ttft_ms?: Ms;
  /** The same for its repeats. */
  readonly later_ttft_ms?: Ms;
};

/** The sends of one prompt to one cell: the first, and the geometric mean of the others. */
export interface Sends {
  first: { readonly ttftMs: Ms; readonly promptEvalMs?: Ms };
  later: { count: number; logSum: number; slowest: Ms; promptEvals: number; promptEvalSum: Ms };
  promptTokens: number;
}

/** Smaller speedups of repeats are not worth reporting. */
const mostShare = 0.8;
const surely = 0.01;
/** With too few prompts for a test: a saving that only a cache can explain, and only of a long prompt. */
const plainlyFaster = 1 / 3;
const plainlyMs: Ms = 100;
const longPrompt = 300;

/**
 * TTFT of first sends and of repeats, if repeats are faster. Either by a fifth and significantly over prompts
 * (signed-rank p ≤ 0.01). Or obviously: each repeat of each long prompt (300 tokens) in a third of the time and 100 ms
 * less. Or because the server's own time for reading the prompt fell. Undefined otherwise.
 */
export function fasterRepeats(
  all: readonly Sends[],
): Pick<PromptCache, 'repeated_prompts' | 'first_ttft_ms' | 'later_ttft_ms'> | undefined {
  const repeated = all.filter(({ later }) => later.count > 0);
  if (repeated.length === 0) return undefined;
  const firsts = repeated.map(({ first }) => Math.log(first.ttftMs));
  const laters = repeated.map(({ later }) => later.logSum / later.count);
  const [first, later] = [Math.exp(mean(firsts)), Math.exp(mean(laters))];
  const differences = firsts.map((value, index) => laters[index]! - value);
  const isSure = later <= mostShare * first && signedRank(differences).p <= surely;
  if (!isSure && !repeated.every(isPlain) && !repeated.every(isReadFaster)) return undefined;
  return { repeated_prompts: repeated.length, first_ttft_ms: first, later_ttft_ms: later };
}

function isPlain({ first, later, promptTokens }: Sends): boolean {
  return (
    promptTokens >= longPrompt &&
    later.slowest <= plainlyFaster * first.ttftMs &&
    first.ttftMs - later.slowest >= plainlyMs
  );
}

function isReadFaster({ first, later, promptTokens }: Sends): boolean {
  if (first.promptEvalMs === undefined || later.promptEvals === 0) return false;
  const usual = later.promptEvalSum / later.promptEvals;
  return (
    promptTokens >= longPrompt &&
    usual <= first.promptEvalMs / 2 &&
    first.promptEvalMs - usual >= plainlyMs / 2
  );
}
