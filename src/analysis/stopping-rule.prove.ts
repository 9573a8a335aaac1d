import type { RequestRow } from '../journal/request-columns.ts';
import { Collector, type Collected } from './collect.ts';
import { compare } from './compare.ts';
import { WidthRule } from './stopping.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { simulateRows, type World } from './testing/world.ts';

const column = 'e2e_latency_ms';
const metrics = [column] as const;
const world: World = {
  prompts: 20,
  repeats: 10,
  models: [0, 0],
  interaction: 0,
  hasDrift: true,
  order: 'blocks',
};
const firstLook = 2;
const widthWanted = 0.12;

/** The state of a run after each of its repeats. */
function* looks(seed: string): Generator<{ repeat: number; collected: Collected }> {
  const collector = new Collector();
  let repeat = 1;
  const look = (): { repeat: number; collected: Collected } => ({ repeat, collected: collector.collected() });
  for (const row of simulateRows(world, seed) as Iterable<RequestRow>) {
    if (row.repeat > repeat) {
      if (repeat >= firstLook) yield look();
      repeat = row.repeat;
    }
    collector.add(row);
  }
  yield look();
}

/** Looks after every repeat. Stopping when the interval is narrow keeps its promise; stopping on p would not. */
export function stoppingRule(effort: Effort): Proof[] {
  const runs = runsFor(2000, effort);
  const tally = { held: 0, repeats: 0, significant: 0 };
  for (let run = 0; run < runs; run++) followRun(`stop ${run}`, tally);
  const group = 'stopping';
  return [
    {
      group,
      line: 'a run that stops when its interval is narrow: the interval holds the truth',
      claim: 'stopped when the interval is narrow: the ratio is inside',
      measured: tally.held / runs,
      band: [0.94, 1],
      runs,
    },
    {
      group,
      claim: 'repeats that this takes instead of 10',
      measured: tally.repeats / runs,
      unit: 'number',
      runs,
    },
    {
      group,
      line: 'had it stopped on p ≤ 5 %: false claims',
      claim: 'had we stopped on p ≤ 5 %: false claims',
      measured: tally.significant / runs,
      band: [0, 0.065],
      mustLeave: true,
      runs,
    },
  ];
}

function followRun(seed: string, tally: { held: number; repeats: number; significant: number }): void {
  const rule = new WidthRule({ metric: column, ratio: widthWanted });
  let isStopped = false;
  let isSignificant = false;
  for (const { repeat, collected } of looks(seed)) {
    const [pair] = compare(collected, { metrics }).pairs;
    isSignificant ||= pair!.p! <= 0.05;
    if (isStopped || (!rule.isDone(collected) && repeat < world.repeats)) continue;
    isStopped = true;
    tally.repeats += repeat;
    if (pair!.ci_low! <= 1 && pair!.ci_high! >= 1) tally.held++;
  }
  if (isSignificant) tally.significant++;
}
