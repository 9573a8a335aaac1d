import { coverage } from './prove/coverage.ts';
import { falseClaims, families, inSequence } from './prove/false-claims.ts';
import { levelChanges, quietNights, regressions } from './prove/nightly.ts';
import { powerTable } from './prove/power-table.ts';
import { certificate, holds, type Effort, type Proof } from './prove/proof.ts';
import { stoppingRule } from './prove/stopping-rule.ts';

/*
 * node bench/prove.ts [--quick]
 *
 * Tries the statistics that the program ships on worlds whose truth is known, and prints the certificate. Seeded: the
 * same code gives the same table. Exit code 1 when a claim does not hold.
 */
const experiments: readonly ((effort: Effort) => Proof[])[] = [
  falseClaims,
  inSequence,
  families,
  coverage,
  powerTable,
  stoppingRule,
  quietNights,
  regressions,
  levelChanges,
];

const isQuick = process.argv.includes('--quick');
// A short proof is off by chance now and then: its bands are three standard errors wider.
const [effort, slack] = isQuick ? [0.1, 3] : [1, 0];
const proofs: Proof[] = [];
for (const experiment of experiments) {
  process.stderr.write(`${experiment.name} …\n`);
  proofs.push(...experiment(effort));
}
process.stdout.write(certificate(proofs, slack));
const broken = proofs.filter((proof) => !holds(proof, slack));
if (broken.length > 0) {
  process.stderr.write(`${broken.length} of ${proofs.length} claims do not hold.\n`);
  process.exitCode = 1;
}
