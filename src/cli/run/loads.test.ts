import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '..', '..');

/** Imports at load time: no types, and no lazy imports. */
function importsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const statements = code.matchAll(/^(?:import|export)\s+(?!type\b)([^;'"]*?)\s*from\s+'([^']+)'/gm);
  return Array.from(statements).flatMap(([, names = '', from]) => {
    const named = /^\{([^]*)\}$/
      .exec(names)?.[1]
      ?.split(',')
      .map((name) => name.trim());
    const isTypes = named?.filter(Boolean).every((name) => name.startsWith('type ')) ?? false;
    return isTypes ? [] : [from!];
  });
}

/** Files and packages that are loaded with one of our files. */
function loadedWith(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const from of importsOf(file))
      if (from.startsWith('.')) walk(join(dirname(file), from));
      else if (!from.startsWith('node:')) packages.add(from);
  };
  walk(join(src, entry));
  return { files, packages };
}

test('the imports read here are the real ones', () => {
  const { files } = loadedWith('cli/run/execute-run.ts');
  expect(files.size).toBeGreaterThan(100);
  expect([...files].filter((file) => !existsSync(file))).toEqual([]);
});

test('a run loads nothing before its first request that only its end needs, or few suites', () => {
  const { files, packages } = loadedWith('cli/run/execute-run.ts');
  const within = (folder: string): string[] =>
    Array.from(files, (file) => relative(src, file).replaceAll('\\', '/')).filter((file) =>
      file.startsWith(`${folder}/`),
    );
  // Progress shows each visit of a load as it ends.
  expect(within('analysis')).toEqual(['analysis/visits.ts']);
  expect(within('report/page')).toEqual([]);
  // Each of these adds to the wait for the first request: a further one has to be worth it.
  expect([...packages].toSorted()).toEqual(
    [...['yaml', 'zod', 'json-p3', 'fastest-levenshtein'], ...['eventsource-parser', 'p-limit']].toSorted(),
  );
});

test('the help loads no package at all', () => {
  const { packages } = loadedWith('main.ts');
  expect([...packages]).toEqual([]);
});
