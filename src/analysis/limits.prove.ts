import { normal, seededRandom, type Random } from '../base/random.ts';
import { nextRound, type Limit, type LimitWalkSettings, type MadeVisit } from '../load/limit-walk.ts';
import { timetable } from '../load/timetable.ts';
import { visitOutcome, type VisitArrival, type VisitOutcome } from '../load/visit.ts';
import { betaQuantile } from '../stats/beta.ts';
import { levelWord } from '../stats/sign-test.ts';
import { compareLimits } from './level-pairs.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';

/** A small hosted service: three places with a queue, answers of about 6 s, and an SLO. */
export const places = 3;
export const meanMs = 6000;
/** Standard deviation of the logarithm of an answer's time. */
const spread = 0.6;
const sloMs = 20_000;
export const attainment = 0.95;
export const settings: LimitWalkSettings = { from: 0.05, to: 5, step: 1.25, visits: 8, maxVisits: 80 };
const perVisit = 60;
const leastWindowMs = 120_000;

/** How its visits differ: standard deviation of the logarithm of its speed. */
export interface World {
  name: string;
  /** Between visits. */
  visit: number;
  /** Between blocks, which share an hour. */
  block: number;
  /** Over twelve blocks, up and down. */
  drift: number;
}

export const worlds: readonly World[] = [
  { name: 'calm', visit: 0, block: 0, drift: 0 },
  { name: 'visits differ by 15 %', visit: 0.15, block: 0, drift: 0 },
  { name: 'blocks differ by 15 %, drift of 10 %', visit: 0, block: 0.15, drift: 0.1 },
];

export interface Luck {
  random: Random;
  /** Slowdown factor of a block. */
  slowness(block: number): number;
}

export function luckOf(world: World, seed: string): Luck {
  const random = seededRandom(seed);
  const phase = random() * 2 * Math.PI;
  const blocks = new Map<number, number>();
  const slowness = (block: number): number => {
    if (!blocks.has(block)) blocks.set(block, world.block * normal(random));
    const drift = world.drift * Math.sin(phase + (block * Math.PI) / 6);
    return Math.exp(blocks.get(block)! + drift + world.visit * normal(random));
  };
  return { random, slowness };
}

const windowOf = (rate: number): number => Math.max(leastWindowMs, (perVisit / rate) * 1000);

/** When the requests of a visit are due. */
export const arrivalsOf = (rate: number, random: Random): number[] =>
  timetable({ kind: 'poisson' }, rate, windowOf(rate), random);

/** One visit: a queue in order of arrival, from an idle start. */
export function simulateVisit(
  rate: number,
  slowness: number,
  random: Random,
  offsets = arrivalsOf(rate, random),
): VisitOutcome {
  const free = Array.from({ length: places }, () => 0);
  const scale = (meanMs / Math.exp(spread ** 2 / 2)) * slowness;
  const arrivals = offsets.map((due): VisitArrival => {
    const place = free.indexOf(Math.min(...free));
    const end = Math.max(due, free[place]!) + scale * Math.exp(spread * normal(random));
    free[place] = end;
    return { due, sent: due, end, good: end - due <= sloMs, dropped: false };
  });
  return visitOutcome(arrivals, { windowMs: windowOf(rate), attainment, latestMs: 50 });
}

function passes(rate: number, block: number, luck: Luck): VisitOutcome {
  return simulateVisit(rate, luck.slowness(block), luck.random);
}

/**
 * The highest rate at which the mean of a figure over visits reaches its target, by bisection. Each visit has its own
 * hour.
 */
function highestRate(
  world: World,
  effort: Effort,
  figure: (visit: VisitOutcome) => number,
  target: number,
): number {
  let [low, high] = [0.1, 1];
  for (let round = 0; round < 12; round++) {
    const rate = Math.sqrt(low * high);
    const tries = runsFor(4000, effort);
    let sum = 0;
    for (let n = 0; n < tries; n++) sum += figure(passes(rate, 0, luckOf(world, `limit ${round} ${n}`)));
    if (sum > target * tries) low = rate;
    else high = rate;
  }
  return Math.sqrt(low * high);
}

function walk(world: World, seed: string): { limit: Limit; made: MadeVisit[] } {
  const luck = luckOf(world, seed);
  const made: MadeVisit[] = [];
  for (let block = 0; ; block++) {
    const step = nextRound(settings, made);
    if ('limit' in step) return { limit: step.limit, made };
    for (const { kind, rate } of step.visits) {
      const { share, word } = passes(rate, block, luck);
      made.push({ kind, rate, passed: word === 'passed', share });
    }
  }
}

/** Levels 15 % apart, with the requests of all visits to one pooled: the usual interval, which ignores the queue. */
function pooledHolds(world: World, truth: number, seed: string): boolean {
  const luck = luckOf(world, seed);
  let [held, broken] = [0, Infinity];
  for (let level = -5; level <= 5; level++) {
    const rate = truth * 0.93 * 1.15 ** level;
    let [good, all] = [0, 0];
    for (let block = 0; block < settings.visits; block++) {
      const outcome = passes(rate, block, luck);
      good += outcome.good;
      all += outcome.arrivals;
    }
    const low = betaQuantile(0.025, good, all - good + 1);
    const high = good === all ? 1 : betaQuantile(0.975, good + 1, all - good);
    if (low >= attainment) held = Math.max(held, rate);
    if (high < attainment) broken = Math.min(broken, rate);
  }
  return held <= truth && truth <= broken;
}

/** The highest rate that a service holds, as found by the walk, in worlds whose truth is known from simulation. */
export function limits(effort: Effort): Proof[] {
  const group = 'limit under an SLO';
  return worlds.flatMap((world): Proof[] => {
    // The walk estimates the limit of the typical visit. Pooled requests estimate that of the mean share.
    const truth = highestRate(world, effort, ({ word }) => (word === 'passed' ? 1 : 0), 0.5);
    const meanTruth = highestRate(world, effort, ({ share }) => share, attainment);
    const runs = runsFor(400, effort);
    const found = Array.from({ length: runs }, (_, run) => walk(world, `walk ${world.name} ${run}`));
    const share = (isSo: (one: (typeof found)[number]) => boolean): number =>
      found.filter(isSo).length / runs;
    const closed = found.filter(({ limit }) => limit.end === 'found');
    const widths = closed.map(({ limit }) => limit.broken! / limit.held!).toSorted((a, b) => a - b);
    const visits = found.map(({ made }) => made.length).toSorted((a, b) => a - b);
    return [
      {
        ...{ group, runs, band: [0.95, 1] },
        line: 'the limit under an SLO lies between "holds" and "breaks"',
        claim: `${world.name}: the limit lies between held and broken`,
        measured: share(({ limit: { held = 0, broken = Infinity } }) => held <= truth && truth <= broken),
      },
      {
        ...{ group, runs, band: [0.9, 1] },
        line: 'the search for it closes on both sides',
        claim: `${world.name}: closed on both sides`,
        measured: closed.length / runs,
      },
      {
        ...{ group, runs, unit: 'number' },
        claim: `${world.name}: broken ÷ held, median`,
        measured: widths[widths.length >> 1] ?? NaN,
      },
      {
        ...{ group, runs, unit: 'number' },
        claim: `${world.name}: visits, median`,
        measured: visits[runs >> 1]!,
      },
      {
        ...{ group, runs: runs >> 1, band: [0, 0.05] },
        line: 'two models with the same limit: one is called higher',
        claim: `${world.name}: of two models with the same limit, one is called higher`,
        measured: shareOf(runs >> 1, (pair) => areApart(found[2 * pair]!.limit, found[2 * pair + 1]!.limit)),
      },
      falselyBroken(world, truth, effort),
      {
        ...{ group, runs: runsFor(1200, effort), band: [0.95, 1], mustLeave: true },
        line: 'had requests been pooled over visits: it lies between',
        claim: `${world.name}: had requests been pooled over visits, the limit lies between`,
        measured: shareOf(runsFor(1200, effort), (run) => pooledHolds(world, meanTruth, `pooled ${run}`)),
      },
    ];
  });
}

/** The program's rule for two limits that differ. */
function areApart(a: Limit, b: Limit): boolean {
  const cell = (model: string) => ({ model, route: 'compat' });
  const limits = [
    { cell: cell('a'), ...a },
    { cell: cell('b'), ...b },
  ];
  return compareLimits(limits, { prompts: 1, ways: {} })[0]!.verdict !== 'not settled';
}

/** A level that the typical visit keeps easily. */
function falselyBroken(world: World, truth: number, effort: Effort): Proof {
  const runs = runsFor(1000, effort);
  const rate = truth * 0.9;
  const isBroken = (run: number): boolean => {
    const luck = luckOf(world, `below ${run}`);
    let failed = 0;
    for (let block = 0; block < settings.visits; block++)
      failed += passes(rate, block, luck).word === 'passed' ? 0 : 1;
    return levelWord(settings.visits - failed, failed, settings.visits) === 'broken';
  };
  return {
    ...{ group: 'limit under an SLO', runs, band: [0, 0.05] },
    line: 'a level 10 % below the limit is called broken',
    claim: `${world.name}: a level 10 % below the limit is called broken`,
    measured: shareOf(runs, isBroken),
  };
}

export function shareOf(runs: number, isSo: (run: number) => boolean): number {
  return Array.from({ length: runs }, (_, run) => isSo(run)).filter(Boolean).length / runs;
}
