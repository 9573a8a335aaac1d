import type { Ms } from '../base/clock.ts';
import type { Answer, CheckSpec, Judgement, Verdict } from './check.ts';
import { startJudgeThread, type JudgeThread } from './judge-thread.ts';
import { undecided, verdictOf } from './check-verdict.ts';

export { judgeAll } from './check-verdict.ts';

export interface JudgeOptions {
  /** Longest time for one check on one answer, in wall-clock milliseconds; starting the thread is not in it. */
  deadlineMs: Ms;
  /** Heap that the checks may use, in MiB. */
  memoryMb?: number;
}

/** Judges answers away from the event loop, on which requests are being timed. */
export interface Judge {
  /**
   * Answers are judged one after the other, in the order of the calls. A check that takes too long or too much
   * memory fails with that reason, and all others are judged still. Rejects after `close`, and when the thread
   * cannot be started at all; never because of a check.
   */
  judge(checks: readonly CheckSpec[], answer: Answer): Promise<Verdict>;
  /** Finishes what was asked before, then ends the thread. */
  close(): Promise<void>;
}

/** The thread is started by the first answer that has checks, and again after it had to be stopped. */
export function createJudge({ deadlineMs, memoryMb = 256 }: JudgeOptions): Judge {
  let thread: JudgeThread | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function judgementsOf(checks: readonly CheckSpec[], answer: Answer): Promise<Judgement[]> {
    const judgements: Judgement[] = [];
    while (judgements.length < checks.length) {
      if (!thread?.alive) thread = await startJudgeThread(memoryMb);
      const outcome = await thread.judge(checks.slice(judgements.length), answer, deadlineMs);
      judgements.push(...outcome.judgements);
      if (outcome.stopped !== undefined) judgements.push(undecided(outcome.stopped));
    }
    return judgements;
  }

  return {
    async judge(checks, answer) {
      if (closed) throw new Error('this judge was closed');
      const turn = queue.then(() => judgementsOf(checks, answer));
      queue = turn.catch(() => undefined);
      return verdictOf(checks, await turn);
    },
    async close() {
      closed = true;
      await queue;
      await thread?.end();
    },
  };
}
