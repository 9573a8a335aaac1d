import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { proveAll } from '../analysis/testing/experiments.ts';
import { shortCertificate } from '../analysis/testing/proof.ts';
import { actionText } from './action.ts';
import { generatedSections, withSections } from '../cli/readme-sections.ts';

// Writes the generated parts of our documents. --clock adds the table from "npm run bench:clock". --certificate adds
// the results of the complete proof of the statistics, which takes a minute or two. Tests keep the first and the claims
// of the last up to date.
const files = generatedSections();
const sections: Record<string, string> = {};
files['bench/README.md'] = sections;

if (process.argv.includes('--clock')) {
  const table = readFileSync(new URL('../../results/clock.md', import.meta.url), 'utf8');
  sections['clock'] = `\n\n${table.trimEnd()}\n\n`;
}

if (process.argv.includes('--certificate')) {
  const proofs = proveAll(1, (name) => process.stderr.write(`${name} …\n`));
  sections['certificate'] = `\n\n${shortCertificate(proofs)}\n`;
}

writeFileSync(new URL('../../.github/actions/gatebench/action.yml', import.meta.url), actionText());

for (const [file, generated] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const text = withSections(readFileSync(path, 'utf8'), generated);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
