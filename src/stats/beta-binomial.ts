import { logGamma } from './log-gamma.ts';

/**
 * Probabilities of 0 … `trials` hits, if the hit rate is itself drawn from Beta(a, b). Source: Johnson, Kemp & Kotz,
 * Univariate Discrete Distributions (2005), ch. 6.2.
 */
export function betaBinomial(trials: number, a: number, b: number): number[] {
  let log = logBeta(a, trials + b) - logBeta(a, b);
  return Array.from({ length: trials + 1 }, (_, hits) => {
    if (hits > 0) log += Math.log(((trials - hits + 1) / hits) * ((hits - 1 + a) / (trials - hits + b)));
    return Math.exp(log);
  });
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);
