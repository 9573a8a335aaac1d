import { seededRandom } from '../base/random.ts';
import type { Interval } from '../stats/interval.ts';
import { ascending, mean, median, quantile } from '../stats/quantile.ts';
import { compare } from './compare.ts';
import { clustersOf, percentileOf, geomeanOf } from './statistic.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { promptEffect, requestNoise, simulate, type World } from './testing/world.ts';

const repeats = 5;
const column = 'e2e_latency_ms';

/** The true figures over all prompts of this kind, which the intervals should contain. Computed from very many. */
interface Truth {
  geomean: number;
  p50: number;
  p90: number;
  p95: number;
}

export function truth(draws: number): Truth {
  const random = seededRandom('truth');
  const pooled: number[] = [];
  const medians: number[] = [];
  for (let prompt = 0; prompt < draws; prompt++) {
    const effect = promptEffect(random);
    const noises = Array.from({ length: repeats }, () => requestNoise(random));
    medians.push(effect + median(noises));
    pooled.push(...noises.map((noise) => effect + noise));
  }
  const sorted = ascending(pooled);
  const at = (share: number): number => 1000 * Math.exp(quantile(sorted, share));
  return { geomean: 1000 * Math.exp(mean(medians)), p50: at(0.5), p90: at(0.9), p95: at(0.95) };
}

export const covers = ({ low = -Infinity, high = Infinity }: Interval, value: number): boolean =>
  low <= value && value <= high;

const bands: Readonly<Record<keyof Truth, readonly [number, number]>> = {
  geomean: [0.93, 1],
  p50: [0.91, 1],
  p90: [0.91, 1],
  p95: [0.91, 1],
};

/**
 * How often each 95 % interval contains the figure over all prompts of this kind. Drift is left out: a single run
 * cannot know how the service will be at another hour. The nightly gate covers that.
 */
export function coverage(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  const target = truth(Math.round(Math.max(50_000, 300_000 * effort)));
  return [...[10, 20, 40, 80].flatMap((prompts) => figureCoverage(prompts, runs, target)), ratio(runs)];
}

function figureCoverage(prompts: number, runs: number, target: Truth): Proof[] {
  const names = Object.keys(bands) as (keyof Truth)[];
  const held = { geomean: 0, p50: 0, p90: 0, p95: 0 };
  let openEnds = 0;
  for (let run = 0; run < runs; run++) {
    const world: World = { prompts, repeats, models: [0], interaction: 0, hasDrift: false, order: 'blocks' };
    const clusters = clustersOf(simulate(world, `coverage ${prompts} ${run}`).cells[0]!, column);
    for (const name of names) {
      const figure = name === 'geomean' ? geomeanOf(clusters, 1) : percentileOf(clusters, name);
      if (covers(figure!.interval, target[name])) held[name]++;
      if (name === 'p95' && figure!.interval.high === undefined) openEnds++;
    }
  }
  const told: Proof = {
    group: 'coverage',
    claim: `p95 open above, ${prompts} prompts × ${repeats}`,
    measured: openEnds / runs,
    runs,
  };
  return [
    ...names.map((name): Proof => ({
      group: 'coverage',
      line:
        name === 'geomean'
          ? 'geometric mean: its 95 % interval holds the truth'
          : `${name}: its interval holds the truth`,
      claim: `${name}, ${prompts} prompts × ${repeats}`,
      measured: held[name] / runs,
      band: bands[name],
      runs,
    })),
    told,
  ];
}

/** The interval of a ratio between two models that like different prompts. */
function ratio(runs: number): Proof {
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const world: World = {
      prompts: 20,
      repeats,
      models: [0, Math.log(1.4)],
      interaction: 0.3,
      hasDrift: true,
      order: 'blocks',
    };
    const [pair] = compare(simulate(world, `ratio ${run}`), { metrics: [column] }).pairs;
    if (covers({ low: pair!.ci_low!, high: pair!.ci_high! }, 1.4)) held++;
  }
  return {
    group: 'coverage',
    line: 'ratio of two models: its interval holds the truth',
    claim: `ratio of two models, 20 prompts × ${repeats}`,
    measured: held / runs,
    band: [0.93, 1],
    runs,
  };
}
