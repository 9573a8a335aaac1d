import { compare } from '../../src/summary/compare.ts';
import { runsFor, type Effort, type Proof } from './proof.ts';
import { simulate, type World } from './world.ts';

const metrics = ['e2e_latency_ms'] as const;
const aaBand = [0.035, 0.065] as const;

/** Share of simulated runs in which some pair has a corrected p of 5 % or less. */
function rejections(world: World, runs: number, seed: string): number {
  let rejected = 0;
  for (let run = 0; run < runs; run++) {
    const { pairs } = compare(simulate(world, `${seed}/${run}`), { metrics });
    if (pairs.some(({ p_holm = 1 }) => p_holm <= 0.05)) rejected++;
  }
  return rejected / runs;
}

const sameModel = { repeats: 5, models: [0, 0], interaction: 0, hasDrift: true, order: 'blocks' } as const;

/** A model against itself, and equal models that like different prompts, in blocks. */
export function falseClaims(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const inBlocks = [10, 20, 40].map((prompts): Proof => ({
    group: 'A/A',
    claim: `the same model twice, in blocks: p ≤ 5 %, ${prompts} prompts`,
    measured: rejections({ ...sameModel, prompts }, runs, `a/a ${prompts}`),
    band: aaBand,
    runs,
  }));
  const equal: Proof = {
    group: 'A/A',
    claim: 'two models equal on average: p ≤ 5 %, 20 prompts',
    measured: rejections({ ...sameModel, prompts: 20, interaction: 0.3 }, runs, 'a/a equal'),
    band: aaBand,
    runs,
  };
  return [...inBlocks, equal];
}

/** A model against itself, one run of it after the other: what randomised blocks are for. */
export function inSequence(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const measured = rejections({ ...sameModel, prompts: 20, order: 'sequential' }, runs, 'a/a sequence');
  const claim = 'the same model twice, one after the other: the band must notice';
  return [{ group: 'A/A', claim, measured, band: aaBand, mustLeave: true, runs }];
}

/** Five equal models, ten pairs: any claim at all is false. */
export function families(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  return [10, 20].map((prompts): Proof => {
    const world: World = {
      prompts,
      repeats: 3,
      models: [0, 0, 0, 0, 0],
      interaction: 0.3,
      hasDrift: true,
      order: 'blocks',
    };
    const measured = rejections(world, runs, `family ${prompts}`);
    return {
      group: 'Holm',
      claim: `five equal models: some false p, ${prompts} prompts`,
      measured,
      band: [0, 0.055],
      runs,
    };
  });
}
