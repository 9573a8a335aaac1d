import { seededRandom, type Random } from '../base/random.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { Collector, type Collected } from './collect.ts';
import { compare } from './compare.ts';
import { headlineOf } from './statistic.ts';
import { covers, truth } from './coverage.prove.ts';
import { runsFor, type Effort, type Proof } from './testing/proof.ts';
import { promptEffect, requestNoise } from './testing/world.ts';

const column = 'e2e_latency_ms';
const [prompts, repeats] = [40, 5];
/** A quick model on a busy machine: usual latency of an answer and mean bound on our lag, in milliseconds. */
const [usualMs, meanLagMs] = [60, 15];
/** What the second route adds to each answer. */
const addedMs = 20;
/** The naive way drops rows that our lag may have changed by more than this share. */
const droppedFrom = 0.1;

/** Two routes to one model. Each stamp is late by a random part of its bound, independent of the latency. */
function simulate(seed: string, isDropping: boolean): Collected {
  const random = seededRandom(seed);
  const collector = new Collector();
  for (let prompt = 0; prompt < prompts; prompt++) {
    const effect = promptEffect(random);
    for (let repeat = 1; repeat <= repeats; repeat++)
      for (const [route, added] of [
        ['direct', 0],
        ['compat', addedMs],
      ] as const) {
        const latency = usualMs * Math.exp(effect + requestNoise(random)) + added;
        collector.add(rowOf(route, `p${prompt}`, repeat, latency, random, isDropping));
      }
  }
  return collector.collected();
}

function rowOf(
  route: string,
  prompt_id: string,
  repeat: number,
  latency: number,
  random: Random,
  isDropping: boolean,
): RequestRow {
  const lag = -meanLagMs * Math.log(1 - random());
  const stamped = latency + lag * random();
  const isDropped = isDropping && lag > droppedFrom * stamped;
  const cells: Partial<RequestRow> = {
    ...{ run_id: 'simulated', suite: 'proof', suite_hash: 'proof', route, model: 'm', model_id: 'm' },
    ...{ prompt_id, phase: 'measure', repeat, attempt: 1, final: true, status: 'ok', valid: true },
    e2e_latency_ms: isDropped ? undefined : stamped,
    // The naive way drops rows, then takes the rest as exact.
    client_lag_ms: isDropping ? undefined : lag,
  };
  return cells as RequestRow;
}

/**
 * Our lag widens intervals and drops no answer, so the truth stays inside. The naive way drops rows that lag may have
 * changed by a tenth. Those are the fast ones, so its figures drift from the truth.
 */
export function ownLag(effort: Effort): Proof[] {
  const runs = runsFor(400, effort);
  const geomean = (truth(Math.round(Math.max(50_000, 300_000 * effort))).geomean / 1000) * usualMs;
  const share = (isDropping: boolean): { figure: number; difference: number } => {
    let [figure, difference] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const collected = simulate(`lag ${run}`, isDropping);
      const direct = collected.cells.find(({ route }) => route === 'direct')!;
      if (covers(headlineOf(direct, column, NaN)!.interval, geomean)) figure++;
      const [pair] = compare(collected, {
        by: 'route',
        order: ['direct', 'compat'],
        metrics: [column],
      }).pairs;
      if (covers(known(pair?.difference_ci_low, pair?.difference_ci_high), addedMs)) difference++;
    }
    return { figure: figure / runs, difference: difference / runs };
  };
  const [kept, dropped] = [share(false), share(true)];
  const line = 'on a busy machine: lag widens intervals, and they hold the truth';
  const told = (claim: string, measured: number): Proof => ({ group: 'our own lag', claim, measured, runs });
  const band = [0.93, 1] as const;
  return [
    { ...told('geometric mean with lag in its interval holds the truth', kept.figure), line, band },
    { ...told('what a route adds, with lag in its interval, holds the truth', kept.difference), line, band },
    { ...told('geometric mean when rows with much lag are dropped', dropped.figure), band, mustLeave: true },
    told('what a route adds when rows with much lag are dropped', dropped.difference),
  ];
}

const known = (low: number | undefined, high: number | undefined): { low?: number; high?: number } => ({
  ...(low === undefined ? {} : { low }),
  ...(high === undefined ? {} : { high }),
});
