import { defined } from '../base/defined.ts';
import type { Cell } from '../plan/cell.ts';
import { designOf, drive } from '../plan/load-plan.ts';
import type { Block } from '../plan/plan.ts';
import type { Suite } from '../suite/suite.ts';
import { Performer, type PerformerOptions } from './performer.ts';

export interface SendAllOptions extends Omit<PerformerOptions, 'stop' | 'onOutage' | 'onBudget'> {
  /** How many at a time, and when. */
  suite: Pick<Suite, 'run' | 'load'>;
  cells: readonly Cell[];
  blocks: Iterable<Block>;
  /** Resolves when everything recorded is checked. Absent: nothing is checked. */
  settled?: () => Promise<void>;
  /** Aborted: send nothing more, but let requests in flight end. */
  stop: AbortSignal;
  /** The command that continues where this run stopped. */
  goOn: string;
}

export interface SendAllOutcome {
  /** `complete` means only that everything was asked. Whether enough was answered is up to the summary. */
  status: 'complete' | 'interrupted' | 'budget' | 'incomplete';
  /** Share of the time in which the event loop was busy, 0 to 1. Absent if the run was too short to tell. */
  loopUtilization?: number;
}

/** A shorter run is mostly startup, in which the compiler is busy. */
const shortestTellingMs = 2000;

/** Sends everything in the blocks. Rejects only if something cannot be recorded. */
export async function sendAll(options: SendAllOptions): Promise<SendAllOutcome> {
  const budgetReached = new AbortController();
  const outage = new AbortController();
  const stop = AbortSignal.any([options.stop, budgetReached.signal, outage.signal]);
  const performer = new Performer({
    ...options,
    // Under a design of visits a refusal is an answer, and due requests are sent even if the server is away.
    retry: designOf(options.suite) ? { ...options.retry, max: 0, outageMs: 0 } : options.retry,
    stop,
    onOutage: (reason) => {
      if (outage.signal.aborted) return;
      outage.abort();
      options.note(`${reason}: nothing more is sent; ${options.goOn} continues from here`);
    },
    onBudget: (limit) => {
      if (budgetReached.signal.aborted) return;
      budgetReached.abort();
      options.note(`the budget of ${limit} is used up: nothing more is sent`);
    },
  });
  const startedAt = options.clock.now();
  const { asker } = options;
  const before = asker.loop();
  await drive(options.suite, {
    cells: options.cells,
    blocks: options.blocks,
    perform: performer.perform,
    affords: performer.affords,
    ...(options.settled ? { settled: options.settled } : {}),
    ...(asker.readyFor ? { ready: async ([first]) => first && asker.readyFor!(first.request) } : {}),
    ...defined({ aheadMs: asker.aheadMs }),
    clock: options.clock,
    stop,
    note: options.note,
  });
  const { utilization } = asker.loop(before);
  return {
    status: statusOf(
      options.stop.aborted || outage.signal.aborted,
      budgetReached.signal.aborted,
      performer.switchedOff.size + performer.unsent.size > 0,
    ),
    ...(options.clock.now() - startedAt < shortestTellingMs
      ? {}
      : { loopUtilization: Math.round(utilization * 1000) / 1000 }),
  };
}

function statusOf(stopped: boolean, budget: boolean, someUnasked: boolean): SendAllOutcome['status'] {
  if (stopped) return 'interrupted';
  if (budget) return 'budget';
  return someUnasked ? 'incomplete' : 'complete';
}
