import { normal, seededRandom } from '../../src/base/random.ts';
import type { Interval } from '../../src/stats/interval.ts';
import { rateInterval } from '../../src/stats/korn-graubard.ts';
import { ascending, mean, median, quantile } from '../../src/stats/quantile.ts';
import { compare } from '../../src/summary/compare.ts';
import { clustersOf, percentileOf, typicalOf } from '../../src/summary/statistic.ts';
import { runsFor, type Effort, type Proof } from './proof.ts';
import { promptEffect, requestNoise, simulate, type World } from './world.ts';

const repeats = 5;
const column = 'e2e_latency_ms';

/** The figures of all prompts of the kind, which the intervals must hold: from very many. */
interface Truth {
  typical: number;
  p50: number;
  p90: number;
  p95: number;
}

function truth(draws: number): Truth {
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
  return { typical: 1000 * Math.exp(mean(medians)), p50: at(0.5), p90: at(0.9), p95: at(0.95) };
}

const covers = ({ low = -Infinity, high = Infinity }: Interval, value: number): boolean =>
  low <= value && value <= high;

const bands: Readonly<Record<keyof Truth, readonly [number, number]>> = {
  typical: [0.93, 1],
  p50: [0.91, 1],
  p90: [0.91, 1],
  p95: [0.91, 1],
};

/**
 * How often each 95 % interval holds the figure of all prompts of the kind. Drift is left out: how the service will be
 * at another hour no single run can know; the nightly gate is for that.
 */
export function coverage(effort: Effort): Proof[] {
  const runs = runsFor(1000, effort);
  const target = truth(Math.round(Math.max(50_000, 300_000 * effort)));
  return [
    ...[10, 20, 40, 80].flatMap((prompts) => figureCoverage(prompts, runs, target)),
    ...rates(runs),
    ratio(runs),
  ];
}

function figureCoverage(prompts: number, runs: number, target: Truth): Proof[] {
  const names = Object.keys(bands) as (keyof Truth)[];
  const held = { typical: 0, p50: 0, p90: 0, p95: 0 };
  let openEnds = 0;
  for (let run = 0; run < runs; run++) {
    const world: World = { prompts, repeats, models: [0], interaction: 0, hasDrift: false, order: 'blocks' };
    const clusters = clustersOf(simulate(world, `coverage ${prompts} ${run}`).arms[0]!, column);
    for (const name of names) {
      const figure = name === 'typical' ? typicalOf(clusters, 1) : percentileOf(clusters, name);
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
      claim: `${name}, ${prompts} prompts × ${repeats}`,
      measured: held[name] / runs,
      band: bands[name],
      runs,
    })),
    told,
  ];
}

/** Pass rates of 0.7 and 0.95, each prompt with a rate of its own. */
function rates(runs: number): Proof[] {
  return [0.7, 0.95].map((rate): Proof => {
    const random = seededRandom(`rates ${rate}`);
    // A prompt passes when a normal draw of its own and one of the repeat's stay below the rate's quantile.
    const own = 0.8;
    const threshold = thresholdFor(rate, own);
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const clusters = Array.from({ length: 20 }, () => {
        const difficulty = own * normal(random);
        const hits = Array.from({ length: repeats }, () => difficulty + normal(random) < threshold);
        return { hits: hits.filter(Boolean).length, total: repeats };
      });
      if (covers(rateInterval(clusters), rate)) held++;
    }
    return {
      group: 'coverage',
      claim: `pass rate of ${rate}, 20 prompts × ${repeats}`,
      measured: held / runs,
      band: [0.93, 1],
      runs,
    };
  });
}

/** So that `own` × N + N stays below it with the wanted chance; quantiles of the normal law by their table. */
function thresholdFor(rate: number, own: number): number {
  const quantiles: Readonly<Record<number, number>> = { 0.7: 0.5244005127080407, 0.95: 1.6448536269514722 };
  return quantiles[rate]! * Math.hypot(own, 1);
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
    claim: `ratio of two models, 20 prompts × ${repeats}`,
    measured: held / runs,
    band: [0.93, 1],
    runs,
  };
}
