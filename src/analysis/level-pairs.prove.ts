import { seededRandom } from '../base/random.ts';
import { correctedTogether, levelContrast, type LevelContrast } from './level-pairs.ts';
import {
  arrivalsOf,
  luckOf,
  meanMs,
  places,
  settings,
  shareOf,
  simulateVisit,
  type World,
  worlds,
} from './limits.prove.ts';
import { normalCdf } from '../stats/normal.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';

const group = 'levels of a load';

/** Capacity of three places that never rest. */
const capacity = places / (meanMs / 1000);
/** Levels around the limit of this service, where the outcome of a visit is a lottery. */
const rates = [0.6, 0.75, 0.9].map((part) => part * capacity);

interface PairOfVisits {
  good: readonly [number, number];
  arrivals: number;
  /** b − a. */
  difference: number;
}

/**
 * The visits of two models at a level: the same timetable and the same hour, but independent chance. b is slower by a
 * factor.
 */
function visitPairs(world: World, rate: number, slower: number, seed: string): PairOfVisits[] {
  // An hour is the same for both: its block and drift share one random source, differences between visits have their
  // own.
  const hour = luckOf({ ...world, visit: 0 }, seed);
  const own = ['a', 'b'].map((name) => luckOf({ ...world, block: 0, drift: 0 }, `${seed}/${name}`));
  return Array.from({ length: settings.visits }, (_, block): PairOfVisits => {
    const offsets = arrivalsOf(rate, hour.random);
    const slowness = hour.slowness(block);
    const [a, b] = own.map((luck, n) =>
      simulateVisit(rate, slowness * luck.slowness(block) * (n === 1 ? slower : 1), luck.random, offsets),
    );
    return { good: [a!.good, b!.good], arrivals: offsets.length, difference: b!.share - a!.share };
  });
}

/** Whether any level distinguishes two models, by the program's rule. */
function isToldApart(world: World, slower: number, seed: string): boolean {
  const contrasts = rates.map((rate, n): LevelContrast =>
    levelContrast(
      visitPairs(world, rate, slower, `${seed}/${n}`).map(({ difference }) => difference),
      seededRandom(`${seed}/${n}/test`),
    )!,
  );
  return correctedTogether(contrasts).some((p) => p !== undefined && p <= 0.05);
}

/**
 * Whether the requests of all visits to a level differ if each counts as an independent draw: two proportions, z test.
 */
function isToldApartPooled(world: World, rate: number, seed: string): boolean {
  const visits = visitPairs(world, rate, 1, seed);
  const [a, b] = [0, 1].map((n) => visits.reduce((sum, { good }) => sum + good[n]!, 0)) as [number, number];
  const all = visits.reduce((sum, { arrivals }) => sum + arrivals, 0);
  const mean = (a + b) / (2 * all);
  const z = (b - a) / Math.sqrt(2 * all * mean * (1 - mean));
  return 2 * normalCdf(-Math.abs(z)) <= 0.05;
}

/** Two models at the same levels, by visits in pairs. And the same by requests, which must fail. */
export function levelDifferences(effort: Effort): Proof[] {
  return worlds.flatMap((world): Proof[] => {
    const [runs, naive, power] = [runsFor(2000, effort), runsFor(1200, effort), runsFor(400, effort)];
    return [
      {
        ...{ group, runs, band: [0, 0.05] },
        line: 'a model against itself at three levels: any difference claimed',
        claim: `${world.name}: a model differs from itself at any of three levels`,
        measured: shareOf(runs, (run) => isToldApart(world, 1, `same ${world.name} ${run}`)),
      },
      {
        ...{ group, runs: power },
        claim: `${world.name}: a model 25 % slower is found at one of them`,
        measured: shareOf(power, (run) => isToldApart(world, 1.25, `slower ${world.name} ${run}`)),
      },
      {
        ...{ group, runs: naive, band: [0, 0.05], mustLeave: true },
        line: 'had requests been pooled over visits: a model differs from itself',
        claim: `${world.name}: had requests been pooled over visits, a model differs from itself`,
        measured: shareOf(naive, (run) => isToldApartPooled(world, rates[2]!, `pooled ${world.name} ${run}`)),
      },
    ];
  });
}

/** Detection of visits with a growing queue: found if it must grow, and rarely otherwise. */
export function unstableVisits(effort: Effort): Proof[] {
  return worlds.flatMap((world) =>
    (
      [
        ['half', 0.5, [0, 0.05]],
        ['one and a half times', 1.5, [0.9, 1]],
      ] as const
    ).map(([often, part, band]): Proof => {
      const runs = runsFor(1500, effort);
      const isUnstable = (run: number): boolean => {
        const luck = luckOf(world, `unstable ${part} ${run}`);
        return simulateVisit(part * capacity, luck.slowness(0), luck.random).unstable;
      };
      return {
        ...{ group, runs, band },
        line: `a visit at ${often} what the service can carry is called unstable`,
        claim: `${world.name}: a visit at ${often} the capacity is called unstable`,
        measured: shareOf(runs, isUnstable),
      };
    }),
  );
}
