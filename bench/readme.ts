import { readFileSync, writeFileSync } from 'node:fs';
import { generatedSections, withSections } from '../src/cli/readme-sections.ts';

// Writes the parts of our documents that come from the code; with --clock also the
// table that «npm run bench:clock» left. A test holds the first up to date.
const files = generatedSections();
const sections = files['README.md']!;

if (process.argv.includes('--clock'))
  sections['clock'] =
    `\n\n${readFileSync(new URL('../results/clock.md', import.meta.url), 'utf8').trimEnd()}\n\n`;

for (const [file, generated] of Object.entries(files)) {
  const path = new URL(`../${file}`, import.meta.url);
  writeFileSync(path, withSections(readFileSync(path, 'utf8'), generated));
}
