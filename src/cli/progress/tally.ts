import type { Ms } from '../../base/clock.ts';
import { oneLine } from '../../base/text.ts';
import type { WorkerLine } from '../../run/worker-state.ts';
import { RecentMedian } from './recent-median.ts';

/** Progress of one model. */
export interface ModelTally {
  /** Its id, safe to print. */
  label: string;
  total: number;
  done: number;
  failed: number;
  inFlight: number;
  /** It is switched off: nothing more is sent to it. */
  isOff: boolean;
  /** Over the latest successes. */
  ttft: RecentMedian;
}

/** Progress of a run. */
export interface Tally {
  startedAt: Ms;
  models: ReadonlyMap<string, ModelTally>;
  /** The visit that is being made, for people. Absent: there are none. */
  visit?: string | undefined;
  /** Empty if this process sends. */
  workers: readonly WorkerLine[];
}

export function newTally(models: readonly { id: string; total: number }[], startedAt: Ms): Tally {
  const entries = models.map(({ id, total }): [string, ModelTally] => [
    id,
    {
      label: oneLine(id, 100),
      total,
      done: 0,
      failed: 0,
      inFlight: 0,
      isOff: false,
      ttft: new RecentMedian(),
    },
  ]);
  return { startedAt, models: new Map(entries), workers: [] };
}

type Counts = Pick<ModelTally, 'total' | 'done' | 'failed' | 'inFlight'>;

export function sums({ models }: Pick<Tally, 'models'>): Counts {
  const all: Counts = { total: 0, done: 0, failed: 0, inFlight: 0 };
  for (const { total, done, failed, inFlight, isOff } of models.values()) {
    all.total += isOff ? done + inFlight : total;
    all.done += done;
    all.failed += failed;
    all.inFlight += inFlight;
  }
  return all;
}

/** Time until all is done, at the pace so far. Absent before the first answer. */
export function timeLeft({ done, total }: Pick<Counts, 'done' | 'total'>, elapsed: Ms): Ms | undefined {
  return done === 0 ? undefined : (elapsed / done) * Math.max(0, total - done);
}
