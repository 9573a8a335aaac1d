import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';
import { flagsIn, typedName } from './flags.ts';
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

/** What the README tells people to type: the arguments of each command line. */
const typed = [...readme.matchAll(/(?:npx |`|")gatebench ((?!--)[^`#\n"]+)/g)].map(([, line]) =>
  line!.trim().split(/\s+/),
);

test('the README names only commands and flags that exist', async () => {
  expect(typed.length).toBeGreaterThan(15);
  for (const [name, ...args] of typed) {
    const entry = commands.find((command) => command.name === name);
    expect(entry, name).toBeDefined();
    const known = flagsIn((await entry!.load()).flags).map(([flag]) => typedName(flag));
    const flags = args.filter((text) => text.startsWith('--')).map((text) => text.slice(2));
    expect(known, `${name!} ${args.join(' ')}`).toEqual(expect.arrayContaining(flags));
  }
});

test('the README is read in ten minutes', () => {
  expect(readme.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length).toBeLessThanOrEqual(2000);
});
