import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';
import { generatedSections, withSections } from './readme-sections.ts';

const read = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
const readme = read('README.md');

test.each(Object.entries(generatedSections()))(
  '%s says what the code does: run "npm run readme" when this fails',
  (file, sections) => {
    // The formatter aligns tables.
    const plain = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
    expect(plain(withSections(read(file), sections))).toBe(plain(read(file)));
  },
);

test('the README names only commands that there are', () => {
  const known = commands.map(({ usage }) => usage.split(' ')[0]);
  const named = [...readme.matchAll(/(?:^|`|\n *)(?:npm run -s gatebench --|gatebench) ([a-z]+)/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(4);
  expect(known).toEqual(expect.arrayContaining(named));
});
