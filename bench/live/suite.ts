/**
 * Delays of the model, long compared with those of a busy machine. Each gap is drawn between a tenth and 1.9 of its
 * length.
 */
const headersMs = 60;
const ttftMs = 180;
const gapMs = 24;
const law = (factor: number): string =>
  `custom-ollama/sim-exact?headersMs=${headersMs * factor}&ttftMs=${ttftMs * factor}&gapMs=${gapMs * factor}&jitter=0.9&answerFrames=12`;

const prompts = 20;

/** The same model under two ids, and one that takes 1.3 times as long. */
export function liveSuite(run: number): object {
  return {
    version: 1,
    name: `live-${run}`,
    models: [
      { id: 'once', model: law(1) },
      { id: 'again', model: law(1) },
      { id: 'slower', model: law(1.3) },
    ],
    // The mock's draws depend on the prompt: another number, other draws.
    defaults: { params: { seed: run } },
    prompts: Array.from({ length: prompts }, (_, index) => ({
      id: `p${index}`,
      prompt: `Question ${index}?`,
    })),
    run: { repeat: 2, warmup: 1, concurrency: 12 },
  };
}

/** One comparison from `compare --json`. */
export interface LivePair {
  metric: string;
  model_a: string;
  model_b: string;
  p: number;
  verdict: string;
  /** Open ends include everything. */
  ci_low: number;
  ci_high: number;
  /** Both are the same model. */
  isTwin: boolean;
}

/** The pairs of a comparison. */
export function pairsOf(json: string): LivePair[] {
  const { pairs } = JSON.parse(json) as { pairs: Record<string, unknown>[] };
  return pairs.map((pair) => ({
    ...(pair as unknown as LivePair),
    ci_low: (pair['ci_low'] as number | null) ?? -Infinity,
    ci_high: (pair['ci_high'] as number | null) ?? Infinity,
    isTwin: pair['model_a'] !== 'slower' && pair['model_b'] !== 'slower',
  }));
}
