import { coverage } from '../coverage.prove.ts';
import {
  atTheMargin,
  equalRevisions,
  falseClaims,
  families,
  inSequence,
  revisionsInSequence,
} from '../false-claims.prove.ts';
import {
  chosenSurely,
  correctedRates,
  judgedDifferences,
  judgedPreferences,
} from '../quality/judged.prove.ts';
import { creeping, levelChanges, quietNights, regressions, runningMean } from '../nightly.prove.ts';
import { quietShares } from '../nightly-shares.prove.ts';
import { limits } from '../limits.prove.ts';
import { levelDifferences, unstableVisits } from '../level-pairs.prove.ts';
import { ownLag } from '../own-lag.prove.ts';
import { passRates } from '../pass-rates.prove.ts';
import { planPromise, powerTable } from '../power-table.prove.ts';
import type { Effort, Proof } from './proof.ts';
import { rates } from '../rates.prove.ts';
import { stoppingRule } from '../stopping-rule.prove.ts';

/** Every experiment, in the order of the certificate. To add one: write it, add its line. */
export const experiments: readonly ((effort: Effort) => Proof[])[] = [
  falseClaims,
  inSequence,
  equalRevisions,
  revisionsInSequence,
  families,
  atTheMargin,
  passRates,
  coverage,
  rates,
  correctedRates,
  judgedDifferences,
  judgedPreferences,
  chosenSurely,
  ownLag,
  powerTable,
  planPromise,
  stoppingRule,
  quietNights,
  runningMean,
  quietShares,
  regressions,
  creeping,
  levelChanges,
  limits,
  levelDifferences,
  unstableVisits,
];

/** Runs all of them, one after the other. `onStart` is called with the name of each. */
export function proveAll(effort: Effort, onStart: (name: string) => void = () => undefined): Proof[] {
  return experiments.flatMap((experiment) => {
    onStart(experiment.name);
    return experiment(effort);
  });
}
