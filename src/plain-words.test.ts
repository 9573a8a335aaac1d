import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { commands } from './cli/commands.ts';
import { commandHelp, programHelp } from './cli/help.ts';

/** Banned phrases, with what to write instead. In code, comments, documents, and printed help. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/[«»„“”]/, 'straight quotes'],
  [/\bto mend\b|\bmended\b/, 'to fix'],
  [/\bby (?:both|all) ways\b/, 'on both routes'],
  [/\b(?:leave|leaves|left)(?: \S+){1,4} away\b/i, 'leave out'],
  [/\bopens? right\b/, 'say what it opens in'],
  [/\bdata tell\b/, 'clearly ahead of'],
  [/\bis there already\b/, 'already exists'],
  [/\bhas no use for\b/, 'does not take'],
  [/\bfor want of\b/, 'for lack of, or without'],
  [/\bcomes? into being\b/, 'is created'],
  [/\b(?:no|not) (?:\w+ )?any more\b/, 'no longer'],
  [/\bso many (?:milli)?seconds\b|\bat most so (?:long|many)\b/, 'at most this long, at most this many'],
  [/\bstands? behind\b.*"/, 'comes after'],
  [/\bheld against\b/, 'compared with'],
  [/\b(?:and|or) the like\b/, 'and similar'],
  [/\bcomes? through\b/, 'passes on'],
  [/\bunder way\b/, 'in flight, in progress'],
  [/\bpassed over\b/, 'skipped'],
  [/\bto be had\b/, 'available'],
  [/\banew\b/, 'again'],
  [/\bwhoever\b/i, 'the caller, the reader'],
];

/** British spelling and translated phrases in texts for people. Names and comments in code are exempt. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\b(?:told|tell|tells) (?:\w+ )?apart\b/, 'not settled, or does not differ significantly'],
  [/\bsigns? of life\b/i, 'responds'],
  [/\bexclude each other\b/, 'cannot be used together'],
  [/\b(?:if|when) you like:/i, 'optional'],
  [/\bgives? the whole\b/, 'shows all of it'],
  [/\bis too much\b/, 'say what to do instead'],
  [/(?<!here )\bis no (?:answer|dataset|folder|run)\b/, 'is not a'],
  [/\bsays? something else than\b/, 'does not show'],
  [/\b(?:expected|must be|is|begins with) a text\b|^a text\b/, 'text'],
  [
    /\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b/,
    'month before day',
  ],
  [/\b(?:colour|favour|behaviour|neighbour|honour)/i, '-or'],
  [/\b(?:centre|kilometre|metre)s?\b/i, '-er'],
  [/\b(?:label|model|travel)l(?:ed|ing)\b/i, 'one l'],
  [/\banalys(?:ed|es|ing)\b/i, 'analyze'],
  [
    /\b(?:random|recogn|normal|organ|serial|initial|optim|minim|maxim|summar|stabil)is(?:e|ed|es|ing)\b/i,
    '-ize',
  ],
  [/\b(?:catalogue|programme|whilst|amongst|grey)\b/i, 'catalog, program, while, among, gray'],
];

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

// Answers of simulated models are exempt, and this file contains the banned phrases.
const sources = globSync('{src,bench}/**/*.ts', { cwd: root }).filter(
  (file) => !/\.test\.ts$|\/testing\/|mock-models\.ts$/.test(file),
);
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'results/README.md', 'bench/README.md', '.env.example'],
  ...['suites/smoke.yaml', 'suites/support-triage.yaml'],
];

/** The prose of a document. In a suite, only the comments: models read the rest. */
const proseOf = (file: string): string =>
  file.endsWith('.yaml') ? (read(file).match(/#.*/g) ?? []).join('\n') : read(file);

/** Texts in code that a person may read: those with a space. */
function textsOf(file: string): string {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      if (node.text.trim().includes(' ')) texts.push(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest));
  return texts.join('\n');
}

function findIn(text: string, banned: typeof phrases): string[] {
  return text
    .split('\n')
    .flatMap((line) =>
      banned.filter(([pattern]) => pattern.test(line)).map(([, instead]) => `${line.trim()} → ${instead}`),
    );
}

describe('plain American English', () => {
  test.each(documents)('in %s', (file) => {
    expect(findIn(proseOf(file), [...phrases, ...spellings])).toEqual([]);
  });

  test('in what the code says, and in its comments', () => {
    expect(sources.length).toBeGreaterThan(100);
    const found = sources.flatMap((file) =>
      [...findIn(read(file), phrases), ...findIn(textsOf(file), spellings)].map((line) => `${file}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test('in the help of every command', async () => {
    const helps = await Promise.all(
      commands.map(async (entry) => commandHelp(entry, await entry.load(), 200)),
    );
    expect(helps.length).toBeGreaterThan(10);
    expect(
      findIn([programHelp(commands, 'gatebench run', 200), ...helps].join('\n'), [...phrases, ...spellings]),
    ).toEqual([]);
  });

  test.each([
    'It says what to mend.',
    'Asks every prompt by both ways.',
    'Leave the route away.',
    'CSV that opens right',
    'only where the data tell it',
    'What «gatebench» prints',
    'no colours',
    'never analysed',
    'a and b cannot be told apart',
    'First sign of life',
    'expected a text, not 7',
    'since 24 September 2026',
    'Two runs are held against each other.',
    'The file is written anew.',
    'For whoever asks.',
  ])('"%s" is not', (line) => {
    expect(findIn(line, [...phrases, ...spellings])).toHaveLength(1);
  });
});
