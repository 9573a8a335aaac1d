import { median } from '../../stats/quantile.ts';

/** A model that counted far fewer tokens in a prompt than the others did. */
export interface FewCounted {
  readonly cell: string;
  readonly prompt: string;
  readonly counted: number;
  /** Median of the other models. */
  readonly others: number;
  /** Number of prompts with this effect. The one above is the worst. */
  readonly prompts: number;
}

/** Tokenizers differ by half and more on one text, but not by this much, and not on a long one. */
const farFewer = 0.5;
const longPrompt = 300;

/**
 * Prompts that one model read as less than half the tokens of the others: a server silently cut them. `counts`: prompt
 * → cell → tokens as reported.
 */
export function fewCounted(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): FewCounted[] {
  const found = new Map<string, FewCounted>();
  for (const [prompt, byCell] of counts)
    for (const [cell, counted] of byCell) {
      const rest = [...byCell].filter(([other]) => other !== cell).map(([, tokens]) => tokens);
      const others = median(rest);
      if (!(others >= longPrompt && counted < farFewer * others)) continue;
      const known = found.get(cell);
      const isWorst = known === undefined || counted / others < known.counted / known.others;
      const worst = isWorst ? { cell, prompt, counted, others } : known;
      found.set(cell, { ...worst, prompts: (known?.prompts ?? 0) + 1 });
    }
  return [...found.values()].sort((a, b) => (a.cell < b.cell ? -1 : 1));
}
