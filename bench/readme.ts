import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { generatedSections, withSections } from '../src/cli/readme-sections.ts';

// Writes the parts of our documents that come from the code; with --smoke also the table of a fresh demo run, with
// --clock the table that «npm run bench:clock» left. A test holds the first up to date.
const files = generatedSections();
const sections = files['README.md']!;

if (process.argv.includes('--smoke')) {
  const args = [
    'src/bin.ts',
    'run',
    'suites/smoke.yaml',
    '--route',
    'demo',
    '--seed',
    '7',
    '--quiet',
    '--no-color',
  ];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the demo run ended with exit code ${status}`);
  const [table] = stdout.split('\nWritten to');
  sections['smoke'] = `\n\n\`\`\`text\n${table!.trimEnd()}\n\`\`\`\n\n`;
}

if (process.argv.includes('--clock'))
  sections['clock'] =
    `\n\n${readFileSync(new URL('../results/clock.md', import.meta.url), 'utf8').trimEnd()}\n\n`;

for (const [file, generated] of Object.entries(files)) {
  const path = new URL(`../${file}`, import.meta.url);
  writeFileSync(path, withSections(readFileSync(path, 'utf8'), generated));
}
