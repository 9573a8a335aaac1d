import type { Cell } from '../plan/cell.ts';
import { randomUUID } from 'node:crypto';
import type { Clock, Ms } from '../base/clock.ts';
import type { Gateway } from '../wire/client.ts';
import type { ModelMemory } from '../wire/model-memory.ts';
import type { Target } from '../target/targets.ts';
import type { Sink } from '../journal/sink.ts';
import type { RunStatus } from '../journal/manifest.ts';
import { drive } from '../plan/load-plan.ts';
import type { Block, PlannedRequest } from '../plan/plan.ts';
import type { Suite } from '../suite/suite.ts';
import type { BudgetGuard } from './budget.ts';
import type { Checking } from './checking.ts';
import { Performer, type RunListener } from './performer.ts';

export interface RunOptions {
  runId: string;
  suite: Suite;
  suiteHash: string;
  askHash: string;
  seed: number;
  cells: readonly Cell[];
  blocks: Iterable<Block>;
  gateway: Gateway;
  targetOf: (cell: Cell) => Target;
  journal: Pick<Sink, 'append'>;
  checking: Checking;
  budget: BudgetGuard;
  clock: Clock;
  listener: RunListener;
  /** Aborted: send nothing more, let what is in flight end. */
  stop: AbortSignal;
  /** Aborted: give up what is in flight. */
  kill: AbortSignal;
  /** Attempts that stand in the journal already. */
  earlierAttempts?: (planned: PlannedRequest) => number;
  memoryOf?: (cell: Cell) => ModelMemory | undefined;
  /** Whether a cell has an answer in the journal already. */
  hasAnswered?: (cell: Cell) => boolean;
}

export interface RunOutcome {
  /** `complete` says only that everything was asked; whether enough was answered is for the summary. */
  status: Extract<RunStatus, 'complete' | 'interrupted' | 'budget' | 'incomplete'>;
  /** Share of the time in which the event loop was busy, 0 to 1. Absent for a run too short to tell. */
  loopUtilisation?: number;
}

/** A shorter run is mostly its own start, in which the compiler is busy. */
const shortestTellingMs: Ms = 2000;

/** Asks everything that the blocks hold. Rejects only when the journal cannot be written. */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const budgetReached = new AbortController();
  const outage = new AbortController();
  const stop = AbortSignal.any([options.stop, budgetReached.signal, outage.signal]);
  const performer = new Performer({
    ...options,
    stop,
    newEventId: randomUUID,
    earlierAttempts: options.earlierAttempts ?? (() => 0),
    hasAnswered: options.hasAnswered ?? (() => false),
    onOutage: (reason) => {
      if (outage.signal.aborted) return;
      outage.abort();
      options.listener.note(`${reason}: nothing more is sent; run --resume continues from here`);
    },
    onBudget: (limit) => {
      if (budgetReached.signal.aborted) return;
      budgetReached.abort();
      options.listener.note(`the budget of ${limit} is used up: nothing more is sent`);
    },
  });
  const startedAt = options.clock.now();
  const before = performance.eventLoopUtilization();
  await drive(options.suite, {
    cells: options.cells,
    blocks: options.blocks,
    perform: performer.perform,
    clock: options.clock,
    stop,
    note: (text) => options.listener.note(text),
  });
  const { utilization } = performance.eventLoopUtilization(before);
  await options.checking.drained();
  return {
    status: statusOf(
      options.stop.aborted || outage.signal.aborted,
      budgetReached.signal.aborted,
      performer.switchedOff.size + performer.unsent.size > 0,
    ),
    ...(options.clock.now() - startedAt < shortestTellingMs
      ? {}
      : { loopUtilisation: Math.round(utilization * 1000) / 1000 }),
  };
}

function statusOf(stopped: boolean, budget: boolean, someUnasked: boolean): RunOutcome['status'] {
  if (stopped) return 'interrupted';
  if (budget) return 'budget';
  return someUnasked ? 'incomplete' : 'complete';
}
