import { coverage } from './coverage.ts';
import { atTheMargin, falseClaims, families, inSequence } from './false-claims.ts';
import { levelChanges, quietNights, regressions } from './nightly.ts';
import { quietShares } from './nightly-shares.ts';
import { ownLag } from './own-lag.ts';
import { passRates } from './pass-rates.ts';
import { planPromise, powerTable } from './power-table.ts';
import type { Effort, Proof } from './proof.ts';
import { rates } from './rates.ts';
import { stoppingRule } from './stopping-rule.ts';

/** Everything that is tried, in the order of the certificate. To add one: write it, add its line. */
export const experiments: readonly ((effort: Effort) => Proof[])[] = [
  falseClaims,
  inSequence,
  families,
  atTheMargin,
  passRates,
  coverage,
  rates,
  ownLag,
  powerTable,
  planPromise,
  stoppingRule,
  quietNights,
  quietShares,
  regressions,
  levelChanges,
];

/** All of them, one after the other. `onStart` hears which one begins. */
export function proveAll(effort: Effort, onStart: (name: string) => void = () => undefined): Proof[] {
  return experiments.flatMap((experiment) => {
    onStart(experiment.name);
    return experiment(effort);
  });
}
