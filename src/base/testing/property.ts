import fc from 'fast-check';
import type { Ms } from '../clock.ts';

/** What must hold whatever the input: a test tries it some hundred times, `npm run fuzz` for minutes. */
export interface Property {
  name: string;
  /** Throws with the smallest input that was found for which it does not hold. */
  assert: () => Promise<void>;
  /** Tries it for so long, and at least once. */
  tryFor: (ms: Ms, seed: number) => Promise<Trial>;
}

export interface Trial {
  runs: number;
  /** The smallest input for which it does not hold, and why. Absent when none was found. */
  failure?: string;
}

/** `runs`: how often a test tries it. */
export function property<Inputs>(name: string, runs: number, holds: fc.IRawProperty<Inputs>): Property {
  return {
    name,
    assert: async () => await fc.assert(holds, { numRuns: runs }),
    async tryFor(ms, seed) {
      const details = await fc.check(holds, { seed, numRuns: 2 ** 31 - 1, interruptAfterTimeLimit: ms });
      const { numRuns, failed } = details;
      return { runs: numRuns, ...(failed ? { failure: fc.defaultReportMessage(details) ?? 'failed' } : {}) };
    },
  };
}
