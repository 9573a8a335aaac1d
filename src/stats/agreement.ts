import { defaultAlpha, type Estimate } from './interval.ts';
import { exactLimits } from './korn-graubard.ts';

/** Two opinions on the same thing: words, or whether it is good. */
export type OpinionPair = readonly [a: string | number, b: string | number];

/**
 * Share of equal opinions, and Cohen's kappa: the share beyond what chance would give two raters with the same
 * frequencies. Kappa is undefined if chance alone would always agree. Undefined without a pair. Source: Cohen,
 * Educational and Psychological Measurement 20 (1960).
 */
export function agreementOf(
  pairs: readonly OpinionPair[],
): { agreement: number; kappa?: number } | undefined {
  if (pairs.length === 0) return undefined;
  const share = (is: (pair: OpinionPair) => boolean): number => pairs.filter(is).length / pairs.length;
  const agreement = share(([a, b]) => a === b);
  const words = [...new Set(pairs.flat())];
  const chance = words.reduce<number>(
    (sum, word) => sum + share(([a]) => a === word) * share(([, b]) => b === word),
    0,
  );
  return chance >= 1 - 1e-12 ? { agreement } : { agreement, kappa: (agreement - chance) / (1 - chance) };
}

/** How well a judge finds what people pass, and what they fail. */
export interface JudgeQuality {
  /** Share of the answers passed by people that the judge passed. Absent if people passed nothing. */
  readonly sensitivity?: Estimate;
  /** Share of the answers failed by people that the judge failed. Absent if people failed nothing. */
  readonly specificity?: Estimate;
  /** Sensitivity + specificity − 1 (Youden): how much of a true difference the judge shows. Absent if either is. */
  readonly youdenJ?: Estimate;
}

/**
 * `pairs`: whether people passed an answer, and whether the judge did, one answer a prompt. Exact intervals. That of J
 * is joined from both (MOVER), since they rest on different answers.
 */
export function judgeQuality(pairs: readonly { people: boolean; judge: boolean }[]): JudgeQuality {
  const rate = (wanted: boolean): Estimate | undefined => {
    const ours = pairs.filter(({ people }) => people === wanted);
    if (ours.length === 0) return undefined;
    const point = ours.filter(({ judge }) => judge === wanted).length / ours.length;
    return { point, interval: exactLimits(point, ours.length, defaultAlpha) };
  };
  const [sensitivity, specificity] = [rate(true), rate(false)];
  return {
    ...(sensitivity ? { sensitivity } : {}),
    ...(specificity ? { specificity } : {}),
    ...(sensitivity && specificity ? { youdenJ: sumLessOne(sensitivity, specificity) } : {}),
  };
}

function sumLessOne(a: Estimate, b: Estimate): Estimate {
  const point = a.point + b.point - 1;
  const down = Math.hypot(a.point - (a.interval.low ?? 0), b.point - (b.interval.low ?? 0));
  const up = Math.hypot((a.interval.high ?? 1) - a.point, (b.interval.high ?? 1) - b.point);
  return { point, interval: { low: Math.max(-1, point - down), high: Math.min(1, point + up) } };
}
