import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { expect, test } from 'vitest';

/** A folder may import itself and those to its left. */
const layers = [
  ...['base', 'stats', 'measure', 'check', 'load', 'suite', 'plan', 'target', 'wire', 'journal'],
  // Shared by a run and its judges.
  ...['send', 'score'],
  // A run may stop depending on its rows so far.
  ...['analysis', 'run', 'queue', 'query', 'report', 'view', 'mock', 'diagnose', 'cli'],
];
/** What others import, and what starts the program. */
const entries = ['index.ts', 'main.ts', 'bin.ts'];

const root = import.meta.dirname;
const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(sep, '/'))
  .filter((file) => file.endsWith('.ts'))
  .toSorted();

/** Whether it is left out of the published package. */
const isForTests = (file: string): boolean => /\.(test|prove)\.ts$|(^|\/)testing\/|^dev\//.test(file);

interface Source {
  file: string;
  /** The folder below `src`, or the file itself. */
  layer: string;
  /** Without comments, in which any word is allowed. */
  code: string;
  /** Our own files, as paths below `src`. */
  files: string[];
  /** Files that are loaded with it: all except those imported only for types. */
  loads: string[];
  /** Packages, by name. */
  packages: string[];
}

/** Everything it imports, for types or not, and the files from which it starts threads and programs. */
function targetsOf(code: string): string[] {
  return Array.from(code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'|new URL\('(\.[^'\n]+\.ts)'/g)).map(
    ([, imported, started]) => imported ?? started!,
  );
}

function read(file: string): Source {
  const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  const targets = targetsOf(code);
  const isOurs = (target: string): boolean => target.startsWith('.');
  const below = (paths: string[]): string[] =>
    paths.filter(isOurs).map((path) => posix.join(dirname(file), path));
  return {
    file,
    layer: file.split('/')[0]!,
    code,
    files: below(targets),
    loads: below(targetsOf(code.replaceAll(/^(?:import|export) type [^;]*;$/gm, ''))),
    packages: targets
      .filter((target) => !isOurs(target) && !target.startsWith('node:'))
      .map((target) => target.split('/', target.startsWith('@') ? 2 : 1).join('/')),
  };
}

const sources = all.filter((file) => !isForTests(file)).map(read);

/** Files that match, with what they do. Empty if the rule holds. */
const breaking = (rule: (source: Source) => readonly string[]): string[] =>
  sources.flatMap((source) => rule(source).map((what) => `${source.file}: ${what}`));

test('every folder has its place among the layers', () => {
  expect(new Set(sources.map(({ layer }) => layer))).toEqual(new Set([...layers, ...entries]));
});

test('imports point one way along the layers', () => {
  const place = (layer: string): number => [...layers, ...entries].indexOf(layer);
  expect(
    breaking(({ layer, files }) => files.filter((target) => place(target.split('/')[0]!) > place(layer))),
  ).toEqual([]);
});

test('the mock gateway knows nothing about the program that it serves', () => {
  expect(
    breaking(({ layer, files }) =>
      layer === 'mock' ? files.filter((target) => !/^(base|mock)\//.test(target)) : [],
    ),
  ).toEqual([]);
});

test('no file is loaded before itself, by whatever way round', () => {
  const importsOf = new Map(sources.map(({ file, loads }) => [file, loads]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of importsOf.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const { file } of sources) visit(file, []);
  expect(cycles).toEqual([]);
});

test('the thread that stamps loads little, none of it from a package, and nothing that parses an answer', () => {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const { code } = sources.find((source) => source.file === file)!;
    // Lazy imports, which are rarely loaded, are left out, and so are imports for types.
    const atOnce = code.replaceAll(/^(?:import|export) type [^;]*;$|\bimport\s*\([^)]*\)/gm, '');
    for (const target of targetsOf(atOnce)) {
      expect([file, target]).toEqual([file, expect.stringMatching(/^(\.|node:)/)]);
      if (target.startsWith('.')) load(posix.join(dirname(file), target));
    }
  };
  load('wire/thread.ts');
  const inWire = [
    'byte-budget',
    'deadlines',
    'engine',
    'flight',
    'framing',
    'loop-lag',
    'network-failure',
    'raw-way',
  ];
  inWire.push(
    'precedence',
    'record',
    'response-head',
    'run-queue',
    'thread',
    'thread-messages',
    'too-long',
    'ways',
  );
  const elsewhere = ['base/clock.ts', 'measure/own-limits.ts'];
  expect([...loaded].toSorted()).toEqual(
    [...elsewhere, ...inWire.map((name) => `wire/${name}.ts`)].toSorted(),
  );
});

test('nothing that is published imports what is there for tests alone', () => {
  expect(breaking(({ files }) => files.filter(isForTests))).toEqual([]);
  expect(breaking(({ files }) => files.filter((target) => !all.includes(target)))).toEqual([]);
});

/** Packages that only one layer may use, so that they can be replaced there. */
const keepers: Record<string, readonly string[]> = {
  openai: ['wire'],
  undici: ['wire', 'diagnose'],
  'csv-stringify': ['journal', 'report'],
  'csv-parse': ['journal', 'suite', 'diagnose'],
  '@duckdb/node-api': ['query'],
  bullmq: ['queue'],
  ioredis: ['queue'],
  pg: ['queue'],
};

test.each(Object.entries(keepers))('%s is imported by %j alone', (name, allowed) => {
  expect(
    breaking(({ layer, packages }) =>
      allowed.includes(layer) ? [] : packages.filter((one) => one === name),
    ),
  ).toEqual([]);
});

test('what is published imports the dependencies of the package and no others, and needs them all', () => {
  const text = readFileSync(join(root, '..', 'package.json'), 'utf8');
  const { dependencies, peerDependenciesMeta: peers } = JSON.parse(text) as Record<
    'dependencies' | 'peerDependenciesMeta',
    Record<string, { optional?: boolean }>
  >;
  const imported = new Set(sources.flatMap(({ packages }) => packages));
  const isOptional = (name: string): boolean => peers[name]?.optional === true;
  expect([...imported].filter((name) => !isOptional(name)).toSorted()).toEqual(
    Object.keys(dependencies).toSorted(),
  );
});

test('optional packages are loaded where they are needed, and never with a file', () => {
  const text = readFileSync(join(root, '..', 'package.json'), 'utf8');
  const { peerDependencies } = JSON.parse(text) as { peerDependencies: Record<string, string> };
  const atOnce = ({ code }: Source): string[] =>
    Array.from(code.matchAll(/^import (?!type\b)[^;]*?from '([^']+)';$/gm), ([, name]) => name!);
  expect(
    breaking((source) => atOnce(source).filter((name) => Object.hasOwn(peerDependencies, name))),
  ).toEqual([]);
});

/** Programs: they deal with the process, its arguments, streams, signals, exit. All others receive an `Io`. */
const programs = [...entries, 'mock/mock-main.ts'];
/** What any other may ask it: facts that nothing can change. */
const facts = [
  'platform',
  'arch',
  'versions',
  'pid',
  'hrtime',
  'cpuUsage',
  'threadCpuUsage',
  'report',
  'execArgv',
  'execPath',
];
const exceptions: Record<string, readonly string[]> = {
  // Asks whether the holder of a lock lives.
  'journal/lock.ts': ['kill'],
};

test('only the programs deal with the process', () => {
  expect(
    breaking(({ file, code }) =>
      programs.includes(file)
        ? []
        : [...Array.from(code.matchAll(/\bprocess(?:\.(\w+)|\[)/g), ([, member]) => member ?? '[')].filter(
            (member) => !facts.includes(member) && !exceptions[file]?.includes(member),
          ),
    ),
  ).toEqual([]);
});

test('sources run as they are on the oldest Node that is supported, which does not know "using"', () => {
  expect(breaking(({ code }) => code.match(/^\s*(?:await )?using \w+ =.*/gm) ?? [])).toEqual([]);
});

test('time and chance are handed in', () => {
  expect(
    breaking(({ file, code }) =>
      file === 'base/clock.ts' ? [] : (code.match(/\bDate\.now\b|\bMath\.random\b|\bnew Date\(\)/g) ?? []),
    ),
  ).toEqual([]);
});

test('code does not ask for a route by its name: a route defines what depends on it', () => {
  const names = readdirSync(join(root, 'target/routes')).map((file) => file.replace(/\.ts$/, ''));
  // "provider" is also a family of errors.
  const comparison = new RegExp(
    `(?<!family) (?:[!=]==|case) '(?:${names.join('|')})'|(?:includes|indexOf|has|get)\\('(?:${names.join('|')})'`,
    'g',
  );
  expect(
    breaking(({ file, layer, code }) =>
      layer === 'mock' || file.startsWith('target/routes/') ? [] : (code.match(comparison) ?? []),
    ),
  ).toEqual([]);
});
