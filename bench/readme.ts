import { readFileSync, writeFileSync } from 'node:fs';
import { generatedSections, withSections } from '../src/cli/readme-sections.ts';

// Writes the parts of the README that come from the code. A test holds them up to date.
const path = new URL('../README.md', import.meta.url);
writeFileSync(path, withSections(readFileSync(path, 'utf8'), generatedSections()));
