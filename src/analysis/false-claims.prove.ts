import { count } from '../base/text.ts';
import { versions } from '../plan/cell.ts';
import type { PairRow } from './summary-columns.ts';
import { compare, defaultMargin } from './compare.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { simulate, type World } from './testing/world.ts';

const metrics = ['e2e_latency_ms'] as const;
const aaBand = [0.035, 0.065] as const;

/** Share of simulated runs in which some pair satisfies the condition. */
function shareOfRuns(world: World, runs: number, seed: string, is: (pair: PairRow) => boolean): number {
  let found = 0;
  for (let run = 0; run < runs; run++)
    if (compare(simulate(world, `${seed}/${run}`), { metrics }).pairs.some(is)) found++;
  return found / runs;
}

/** Share of simulated runs in which some pair has a corrected p of 5 % or less. */
const rejections = (world: World, runs: number, seed: string): number =>
  shareOfRuns(world, runs, seed, ({ p_holm = 1 }) => p_holm <= 0.05);

const sameModel = { repeats: 5, models: [0, 0], interaction: 0, hasDrift: true, order: 'blocks' } as const;

/** A model against itself, and equal models that like different prompts, in blocks. */
export function falseClaims(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const line = 'a model against itself, or equals that like different prompts: p ≤ 5 %';
  const inBlocks = [10, 20, 40].map((prompts): Proof => ({
    group: 'A/A',
    line,
    claim: `the same model twice, in blocks: p ≤ 5 %, ${prompts} prompts`,
    measured: rejections({ ...sameModel, prompts }, runs, `a/a ${prompts}`),
    band: aaBand,
    runs,
  }));
  const equal: Proof = {
    group: 'A/A',
    line,
    claim: 'two models equal on average: p ≤ 5 %, 20 prompts',
    measured: rejections({ ...sameModel, prompts: 20, interaction: 0.3 }, runs, 'a/a equal'),
    band: aaBand,
    runs,
  };
  return [...inBlocks, equal];
}

/** A model against itself, one run of it after the other. Randomized blocks prevent this error. */
export function inSequence(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const measured = rejections({ ...sameModel, prompts: 20, order: 'sequential' }, runs, 'a/a sequence');
  const claim = 'the same model twice, one after the other: the band must notice';
  const line = 'the same, asked one after the other: what blocks are for';
  return [{ group: 'A/A', line, claim, measured, band: aaBand, mustLeave: true, runs }];
}

const equalVersions: World = {
  ...sameModel,
  prompts: 20,
  hasVersions: true,
  hasDrift: false,
  trend: Math.log(1.15),
};

/** Share of runs in which a revision differs from itself: a corrected p of 5 % or less. */
function revisionsRejected(world: World, runs: number, seed: string): number {
  let found = 0;
  for (let run = 0; run < runs; run++) {
    const { pairs } = compare(simulate(world, `${seed}/${run}`), { metrics, by: 'version', order: versions });
    if (pairs.some(({ p_holm = 1 }) => p_holm <= 0.05)) found++;
  }
  return found / runs;
}

/** Two equal revisions of a suite, on a service that gets 15 % slower during the run. */
export function equalRevisions(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const line = 'two equal revisions (run --against), a service that slows by 15 % during the run: p ≤ 5 %';
  return [[0], [0, 0, 0]].map((models): Proof => {
    const world = { ...equalVersions, models };
    return {
      group: 'A/A',
      line,
      claim: `two equal revisions in blocks, a drift of 15 % in the run: p ≤ 5 %, ${count(models.length, 'model')}`,
      measured: revisionsRejected(world, runs, `revisions ${models.length}`),
      band: aaBand,
      runs,
    };
  });
}

/** One revision after the other. */
export function revisionsInSequence(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const world: World = { ...equalVersions, models: [0], order: 'sequential' };
  return [
    {
      group: 'A/A',
      line: 'the same two revisions, asked one after the other: what blocks are for',
      claim: 'two equal revisions one after the other: the band must notice',
      measured: revisionsRejected(world, runs, 'revisions in sequence'),
      band: aaBand,
      mustLeave: true,
      runs,
    },
  ];
}

/** Five equal models, ten pairs: any claim is false. */
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
      line: 'five equal models, all pairs: any p ≤ 5 % after correction',
      claim: `five equal models: some false p, ${prompts} prompts`,
      measured,
      band: [0, 0.055],
      runs,
    };
  });
}

/** A model whose true ratio equals the margin: neither verdict would be right. */
export function atTheMargin(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  const world: World = { ...sameModel, prompts: 80, models: [0, Math.log1p(defaultMargin)] };
  return (['equal', 'slower'] as const).map((word) => ({
    group: 'verdict',
    line: 'a true ratio of 1.05, the margin: called equal, or slower',
    claim: `a true ratio of 1.05, the margin, 80 prompts: called ${word}`,
    measured: shareOfRuns(world, runs, 'margin', ({ verdict }) => verdict === word),
    band: [0, 0.04],
    runs,
  }));
}
