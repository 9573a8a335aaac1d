import fc from 'fast-check';
import type { Ms } from '../clock.ts';

/** A property that must hold for any input. A test tries it a few hundred times, `npm run fuzz` for minutes. */
export interface Property {
  name: string;
  /** Throws with the smallest counterexample that was found. */
  assert: () => Promise<void>;
  /** Tries it for this long, and at least once. */
  tryFor: (ms: Ms, seed: number) => Promise<Trial>;
}

export interface Trial {
  runs: number;
  /** The smallest counterexample, and why. Absent if none was found. */
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
