import { createContext, Script } from 'node:vm';
import type { Ms } from '../base/clock.ts';
import type { AnswerChecks, Answer, Finding } from './check.ts';
import { checkOne, seenAnswer } from './check-verdict.ts';
import type { CheckerThread } from './checker.ts';

const call = new Script('call()');

/**
 * Checks in this thread, for a process that may start no other. Each check has its deadline all the same: V8 stops what
 * runs longer. Their memory has no bound, and this thread does nothing else meanwhile.
 */
export function checkerHere(): CheckerThread {
  const scope: { call: () => void } = { call: () => undefined };
  createContext(scope);
  return {
    alive: true,
    check({ answer: steps, checks }: AnswerChecks, answer: Answer, deadlineMs: Ms) {
      const seen = seenAnswer(answer, steps);
      const findings: Finding[] = [];
      for (const check of checks) {
        scope.call = () => findings.push(checkOne(check, seen));
        try {
          call.runInContext(scope, { timeout: deadlineMs });
        } catch {
          // Nothing else gets out of a check.
          return Promise.resolve({ findings, stopped: `took longer than ${deadlineMs} ms` });
        }
      }
      return Promise.resolve({ findings });
    },
    end: () => Promise.resolve(),
  };
}
