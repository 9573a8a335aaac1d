import { proveAll } from '../analysis/testing/experiments.ts';
import { certificate, holds, shortCertificate } from '../analysis/testing/proof.ts';

/*
 * node src/dev/prove.ts [--quick] [--short]
 *
 * Tests the program's statistics on worlds with a known truth, and prints the certificate; with --short in the form of
 * bench/README.md. Seeded: the same code gives the same table. Exit code 1 if a claim does not hold.
 */
const isQuick = process.argv.includes('--quick');
// A short proof sometimes misses its band by chance, so its bands are three standard errors wider.
const [effort, slack] = isQuick ? [0.1, 3] : [1, 0];
const proofs = proveAll(effort, (name) => process.stderr.write(`${name} …\n`));
process.stdout.write(
  process.argv.includes('--short') ? shortCertificate(proofs, slack) : certificate(proofs, slack),
);
const broken = proofs.filter((proof) => !holds(proof, slack));
if (broken.length > 0) {
  process.stderr.write(`${broken.length} of ${proofs.length} claims do not hold.\n`);
  process.exitCode = 1;
}
