import { mapInterval, type Estimate } from '../stats/interval.ts';
import { mean, median } from '../stats/quantile.ts';
import { hodgesLehmann } from '../stats/walsh.ts';
import type { CellPair } from './cell-pairs.ts';
import type { PairRow } from './summary-columns.ts';
import type { PromptSamples } from './prompt-samples.ts';

/**
 * Why b is slower or faster than a: the time before the first token, the number of output tokens, and the time for
 * each.
 */
export interface Explanation {
  readonly model_a: string;
  readonly model_b: string;
  /** Prompts on which all parts were measured for both. */
  readonly prompts: number;
  /** Prompts that both were asked. */
  readonly asked: number;
  /** b ÷ a, each by Hodges and Lehmann over the same prompts. */
  readonly latency: Estimate;
  readonly firstToken: Estimate;
  readonly tokens: Estimate;
  readonly perToken: Estimate;
  /** Mean share of the whole wait that passes before the first token, 0 to 1. */
  readonly firstTokenShareA: number;
  readonly firstTokenShareB: number;
}

interface Parts {
  latency: number;
  tokens: number;
  perToken: number;
  firstToken: number;
}

/** Undefined if no prompt has all parts on both sides. Failures are left out: they have no parts. */
export function explain({ a, b, labelA, labelB }: CellPair): Explanation | undefined {
  const shared = [...a.prompts].flatMap(([prompt, samples]) => {
    const ours = partsOf(samples);
    const theirs = partsOf(b.prompts.get(prompt));
    return ours && theirs ? [{ ours, theirs }] : [];
  });
  if (shared.length === 0) return undefined;
  const ratio = (part: keyof Parts): Estimate => {
    const { point, interval } = hodgesLehmann(
      shared.map(({ ours, theirs }) => Math.log(theirs[part] / ours[part])),
    );
    return { point: Math.exp(point), interval: mapInterval(interval, Math.exp) };
  };
  return {
    model_a: labelA,
    model_b: labelB,
    prompts: shared.length,
    asked: [...a.prompts.keys()].filter((prompt) => b.prompts.has(prompt)).length,
    latency: ratio('latency'),
    firstToken: ratio('firstToken'),
    tokens: ratio('tokens'),
    perToken: ratio('perToken'),
    firstTokenShareA: mean(shared.map(({ ours }) => ours.firstToken / ours.latency)),
    firstTokenShareB: mean(shared.map(({ theirs }) => theirs.firstToken / theirs.latency)),
  };
}

function partsOf(samples: PromptSamples | undefined): Parts | undefined {
  if (!samples) return undefined;
  const decode = samples.decode();
  const parts = {
    latency: median(samples.measured('e2e_latency_ms')),
    tokens: median(samples.measured('completion_tokens')),
    perToken: decode ? decode.ms / decode.tokens : NaN,
    firstToken: median(samples.measured('ttft_ms')),
  };
  return Object.values(parts).every((value) => value > 0) ? parts : undefined;
}

/**
 * Those worth reporting: pairs with a settled difference in E2E latency and, if it is known, with the fastest model.
 */
export function worthTelling(
  explanations: readonly Explanation[],
  pairs: readonly PairRow[],
  fastest?: string,
): Explanation[] {
  const apart = new Set(
    pairs
      .filter(({ metric, verdict }) => metric === 'e2e_latency_ms' && /^(faster|slower)$/.test(verdict))
      .map(({ model_a, model_b }) => `${model_a}\n${model_b}`),
  );
  return explanations.filter(
    ({ model_a, model_b }) =>
      apart.has(`${model_a}\n${model_b}`) && (fastest === undefined || [model_a, model_b].includes(fastest)),
  );
}

/** One line for people. */
export function describeExplanation(explanation: Explanation): string {
  const {
    model_a: a,
    model_b: b,
    prompts,
    asked,
    latency,
    firstToken,
    tokens,
    perToken,
    firstTokenShareA,
    firstTokenShareB,
  } = explanation;
  const where = prompts < asked ? ` (on ${prompts} of ${asked} prompts, which show all of this)` : '';
  return (
    `${b} takes ${times(latency)} as long as ${a}: ${times(firstToken)} to the first token ` +
    `(${percent(firstTokenShareB)} of its wait; ${a}: ${percent(firstTokenShareA)}), ` +
    `then ${times(tokens)} the output tokens at ${times(perToken)} the time per token${where}.`
  );
}

const times = ({ point }: Estimate): string => `${point.toFixed(2)}×`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
