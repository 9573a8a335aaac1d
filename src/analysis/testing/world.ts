import { normal, seededRandom, type Random } from '../../base/random.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { planBlocks, planSize } from '../../plan/blocks.ts';
import { versions } from '../../plan/cell.ts';
import type { Model, Prompt } from '../../suite/suite.ts';
import { Collector, type Collected } from '../collect.ts';
import { row } from './rows.ts';

/*
 * The simulated world for testing the methods. Per request: log latency = prompt N(0, 0.6) + model × prompt N(0, 0 or
 * 0.3) + drift of the service through the run, AR(1) with standard deviation 0.15 and 0.99 from request to request, +
 * N(0, 0.25). Three requests in a hundred have a spike of two times or more, Pareto with exponent 1.5. These values are
 * assumptions.
 */
const promptSd = 0.6;
const requestSd = 0.25;
const driftSd = 0.15;
const driftMemory = 0.99;
const spikeShare = 0.03;
const spikeExponent = 1.5;

export interface World {
  prompts: number;
  repeats: number;
  /** ln of each model's geometric mean latency relative to the first one's. */
  models: readonly number[];
  /** Standard deviation of model × prompt. 0: the same model under several names. */
  interaction: number;
  /** The service changes during the run. Changes between runs are not included: no single run can see them. */
  hasDrift: boolean;
  order: 'blocks' | 'sequential';
  /** Two versions of a suite that differ only in their name, each asked of every model. */
  hasVersions?: boolean;
  /** ln of the slowdown of the service from the start of a run to its end, in a straight line. 0: none. */
  trend?: number;
}

/** One request's own noise, in logs. */
export function requestNoise(random: Random): number {
  const spike = random() < spikeShare ? Math.log(2) - Math.log(1 - random()) / spikeExponent : 0;
  return requestSd * normal(random) + spike;
}

/** Effect of a prompt on a model, in logs. */
export function promptEffect(random: Random): number {
  return promptSd * normal(random);
}

/** The rows of one simulated run, with one list per repeat. Planned by the real planner. */
export function* simulateRows(world: World, seed: string): Generator<RequestRow> {
  const random = seededRandom(`${seed}/world`);
  const prompts = Array.from({ length: world.prompts }, (_, index) => ({ id: `p${index}` }) as Prompt);
  const arms = world.hasVersions ? versions.map((version) => ({ version })) : [{}];
  const cells = world.models.flatMap((_, index) =>
    arms.map((arm) => ({ model: { id: `m${index}` } as Model, route: 'compat', ...arm })),
  );
  const effects = prompts.map(() => {
    const shared = promptEffect(random);
    return world.models.map((shift) => shift + shared + world.interaction * normal(random));
  });
  let drift = driftSd * normal(random);
  const step = driftSd * Math.sqrt(1 - driftMemory ** 2);
  const plan = { cells, prompts, repeat: world.repeats, warmup: 0, order: world.order, seed: hashOf(seed) };
  const trend = (world.trend ?? 0) / planSize(plan).total;
  let sent = 0;
  for (const block of planBlocks(plan))
    for (const { cell, prompt, repeat } of block) {
      drift = driftMemory * drift + step * normal(random);
      const effect = effects[Number(prompt.id.slice(1))]![Number(cell.model.id.slice(1))]!;
      const log = effect + trend * sent++ + (world.hasDrift ? drift : 0) + requestNoise(random);
      const e2e_latency_ms = 1000 * Math.exp(log);
      const names = { run_id: 'simulated', model: cell.model.id, version: cell.version };
      yield row({ ...names, prompt_id: prompt.id, repeat, e2e_latency_ms });
    }
}

/** A number for the planner's seed, drawn from the name of this run. */
function hashOf(seed: string): number {
  return Math.floor(seededRandom(`${seed}/plan`)() * 2 ** 31);
}

export function simulate(world: World, seed: string): Collected {
  const collector = new Collector();
  for (const row of simulateRows(world, seed)) collector.add(row);
  return collector.collected();
}
