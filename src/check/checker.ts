import type { Ms } from '../base/clock.ts';
import type { Answer, CheckSpec, Finding, Verdict } from './check.ts';
import { startCheckerThread, type CheckerThread } from './checker-thread.ts';
import { undecided, verdictOf } from './check-verdict.ts';

export { checkAll } from './check-verdict.ts';

export interface CheckerOptions {
  /** Longest time for one check on one answer, in wall-clock milliseconds; starting the thread is not in it. */
  deadlineMs: Ms;
  /** Heap that the checks may use, in MiB. */
  memoryMb?: number;
}

/** Checks answers away from the event loop, on which requests are being timed. */
export interface Checker {
  /**
   * Answers are checked one after the other, in the order of the calls. A check that takes too long or too much
   * memory fails with that reason, and all others are still checked. Rejects after `close`, and when the thread
   * cannot be started at all; never because of a check.
   */
  check(checks: readonly CheckSpec[], answer: Answer): Promise<Verdict>;
  /** Finishes what was asked before, then ends the thread. */
  close(): Promise<void>;
}

/** The thread is started by the first answer that has checks, and again after it had to be stopped. */
export function createChecker({ deadlineMs, memoryMb = 256 }: CheckerOptions): Checker {
  let thread: CheckerThread | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function findingsOf(checks: readonly CheckSpec[], answer: Answer): Promise<Finding[]> {
    const findings: Finding[] = [];
    while (findings.length < checks.length) {
      if (!thread?.alive) thread = await startCheckerThread(memoryMb);
      const outcome = await thread.check(checks.slice(findings.length), answer, deadlineMs);
      findings.push(...outcome.findings);
      if (outcome.stopped !== undefined) findings.push(undecided(outcome.stopped));
    }
    return findings;
  }

  return {
    async check(checks, answer) {
      if (closed) throw new Error('this checker was closed');
      const turn = queue.then(() => findingsOf(checks, answer));
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
