import { median } from '../../stats/quantile.ts';

/** A model that counted far fewer tokens in a prompt than the others did. */
export interface FewCounted {
  readonly arm: string;
  readonly prompt: string;
  readonly counted: number;
  /** Median of the other models. */
  readonly others: number;
  /** Prompts of which this is true; the one above is the worst. */
  readonly prompts: number;
}

/** Tokenizers differ by a half and more on one text, but not by this, and not on a long one. */
const farFewer = 0.5;
const longPrompt = 300;

/**
 * Prompts that one model read as less than half the tokens of the others: what a server cuts in silence. `counts`:
 * prompt → arm → tokens as reported.
 */
export function fewCounted(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): FewCounted[] {
  const found = new Map<string, FewCounted>();
  for (const [prompt, byArm] of counts)
    for (const [arm, counted] of byArm) {
      const rest = [...byArm].filter(([other]) => other !== arm).map(([, tokens]) => tokens);
      const others = median(rest);
      if (!(others >= longPrompt && counted < farFewer * others)) continue;
      const known = found.get(arm);
      const isWorst = known === undefined || counted / others < known.counted / known.others;
      const worst = isWorst ? { arm, prompt, counted, others } : known;
      found.set(arm, { ...worst, prompts: (known?.prompts ?? 0) + 1 });
    }
  return [...found.values()].sort((a, b) => (a.arm < b.arm ? -1 : 1));
}
