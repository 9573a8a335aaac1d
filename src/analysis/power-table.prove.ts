import { signedRankPower } from '../stats/power.ts';
import { mean } from '../stats/quantile.ts';
import { signedRank } from '../stats/signed-rank.ts';
import { differenceSd, type VarianceLevels } from '../stats/variance-levels.ts';
import { cellPairs } from './cell-pairs.ts';
import type { Collected } from './collect.ts';
import { compare } from './compare.ts';
import { logDifferences } from './contrast.ts';
import { levelsOf, smallestRatio } from './plan-power.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { simulate } from './testing/world.ts';

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
 * How often a true ratio between two models that like different prompts is found, compared with what `plan` promises
 * from the variances of earlier runs. Spikes and drift are not in its formula, so it may be off a little.
 */
export function powerTable(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  return designs.flatMap(([prompts, repeats]) => {
    const found = powerOf(prompts, repeats, runs);
    const sd = differenceSd(fittedLevels(prompts, repeats, runsFor(200, effort)), repeats);
    return ratios.map((ratio, index): Proof => {
      const promised = signedRankPower(prompts, ratio, { sd });
      return {
        group: 'power',
        line: 'a true ratio of 1.1 to 1.5 is found as often as foretold, give or take 5 points',
        claim: `${prompts} prompts × ${repeats}, true ratio ${ratio}`,
        measured: found[index]!,
        band: [Math.max(0, promised - tolerance), Math.min(1, promised + tolerance)],
        runs,
      };
    });
  });
}

const planned = [
  [10, 3, 4],
  [20, 3, 2],
  [20, 3, 4],
  [40, 3, 4],
] as const;

/** The smallest ratio that `plan` names: how often there is a verdict between a model that much slower and another. */
export function planPromise(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  return planned.map(([prompts, repeats, models]): Proof => {
    const levels = fittedLevels(prompts, repeats, runsFor(200, effort));
    const family = (models * (models - 1)) / 2;
    const ratio = smallestRatio({ prompts, repeats, family, levels })!;
    const shifts = Array.from({ length: models }, (_, model) => (model === 1 ? Math.log(ratio) : 0));
    let settled = 0;
    for (let run = 0; run < runs; run++) {
      const world = { ...twoModels, prompts, repeats, models: shifts };
      const { pairs } = compare(simulate(world, `plan ${prompts} ${models} ${run}`), { metrics: [column] });
      if (pairs[0]!.verdict === 'slower') settled++;
    }
    return {
      group: 'plan',
      line: 'the smallest difference that plan names for a suite: settled in 8 of 10 runs',
      claim: `${prompts} prompts × ${repeats}, ${models} models: settles ${ratio.toFixed(2)}×`,
      measured: settled / runs,
      band: [0.75, 0.9],
      runs,
    };
  });
}

const column = 'e2e_latency_ms';
/** Two equal models that like different prompts. */
const twoModels = { models: [0, 0], interaction: 0.3, hasDrift: true, order: 'blocks' } as const;

function simulatePair(prompts: number, repeats: number, seed: string): Collected {
  return simulate({ ...twoModels, prompts, repeats }, seed);
}

/** From pilot runs, as `plan` fits the variances from earlier ones. */
function fittedLevels(prompts: number, repeats: number, pilots: number): VarianceLevels {
  const levels = Array.from({ length: pilots }, (_, run) =>
    levelsOf(simulatePair(prompts, repeats, `pilot ${prompts} ${repeats} ${run}`)),
  );
  const interaction = mean(levels.map((level) => level!.interaction));
  const request = mean(levels.map((level) => level!.request));
  return { interaction, request };
}

/** All ratios use the same runs: a true ratio moves each difference by its logarithm. */
function powerOf(prompts: number, repeats: number, runs: number): number[] {
  const found = ratios.map(() => 0);
  for (let run = 0; run < runs; run++) {
    const [pair] = cellPairs(simulatePair(prompts, repeats, `power ${prompts} ${repeats} ${run}`));
    const differences = logDifferences(pair!, column);
    ratios.forEach((ratio, index) => {
      const moved = differences.map((difference) => difference + Math.log(ratio));
      if (signedRank(moved).p <= 0.05) found[index]!++;
    });
  }
  return found.map((count) => count / runs);
}
