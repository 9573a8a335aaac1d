import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { generatedSections, withSections } from './readme-sections.ts';

const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

test('the README says what the code does: run «npm run readme» when this fails', () => {
  // The formatter aligns tables.
  const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
  expect(plain(withSections(readme, generatedSections()))).toBe(plain(readme));
});

test('the README names only commands that there are', () => {
  const known = commands.map(({ usage }) => usage.split(' ')[0]);
  const named = [...readme.matchAll(/(?:^|`|\n *)(?:npm run gatebench --|gatebench) ([a-z]+)/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(4);
  expect(known).toEqual(expect.arrayContaining(named));
});
