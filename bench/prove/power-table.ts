import { signedRankPower } from '../../src/stats/power.ts';
import { mean } from '../../src/stats/quantile.ts';
import { signedRank } from '../../src/stats/signed-rank.ts';
import { differenceSd } from '../../src/stats/variance-levels.ts';
import { armPairs } from '../../src/summary/arm-pairs.ts';
import type { Collected } from '../../src/summary/collect.ts';
import { logDifferences } from '../../src/summary/contrast.ts';
import { levelsOf } from '../../src/summary/plan-power.ts';
import { runsFor, type Effort, type Proof } from './proof.ts';
import { simulate } from './world.ts';

const tolerance = 0.05;
const ratios = [1.1, 1.2, 1.3, 1.5] as const;
const designs = [
  [10, 3],
  [20, 3],
  [20, 5],
  [40, 3],
  [40, 5],
  [80, 5],
] as const;

/**
 * How often a true ratio between two models that like different prompts is found, against what `plan` promises from
 * the variances of earlier runs. Spikes and drift are not in its formula, so it may err a little.
 */
export function powerTable(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  return designs.flatMap(([prompts, repeats]) => {
    const found = powerOf(prompts, repeats, runs);
    const sd = fittedSd(prompts, repeats, runsFor(200, effort));
    return ratios.map((ratio, index): Proof => {
      const promised = signedRankPower(prompts, ratio, { sd });
      return {
        group: 'power',
        claim: `${prompts} prompts × ${repeats}, true ratio ${ratio}`,
        measured: found[index]!,
        band: [Math.max(0, promised - tolerance), Math.min(1, promised + tolerance)],
        runs,
      };
    });
  });
}

function simulatePair(prompts: number, repeats: number, seed: string): Collected {
  return simulate(
    { prompts, repeats, models: [0, 0], interaction: 0.3, hasDrift: true, order: 'blocks' },
    seed,
  );
}

/** From pilot runs, as `plan` fits the variances from earlier ones. */
function fittedSd(prompts: number, repeats: number, pilots: number): number {
  const levels = Array.from({ length: pilots }, (_, run) =>
    levelsOf(simulatePair(prompts, repeats, `pilot ${prompts} ${repeats} ${run}`)),
  );
  const interaction = mean(levels.map((level) => level!.interaction));
  const request = mean(levels.map((level) => level!.request));
  return differenceSd({ interaction, request }, repeats);
}

/** The same runs serve for every ratio: a true ratio moves each difference by its logarithm. */
function powerOf(prompts: number, repeats: number, runs: number): number[] {
  const found = ratios.map(() => 0);
  for (let run = 0; run < runs; run++) {
    const [pair] = armPairs(simulatePair(prompts, repeats, `power ${prompts} ${repeats} ${run}`));
    const differences = logDifferences(pair!, 'e2e_latency_ms');
    ratios.forEach((ratio, index) => {
      const moved = differences.map((difference) => difference + Math.log(ratio));
      if (signedRank(moved).p <= 0.05) found[index]!++;
    });
  }
  return found.map((count) => count / runs);
}
