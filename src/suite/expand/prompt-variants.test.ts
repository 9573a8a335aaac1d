import { expect, test } from 'vitest';
import { scratchFolder } from '../../base/testing/scratch.ts';
import { cellsOf, promptIn } from '../../plan/cell.ts';
import { askHash, suiteHash } from '../hash.ts';
import { loadSuiteText } from '../load.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const suite = (variants: string): string => `
version: 1
name: arms
models: [{ id: x, model: custom-ollama/x, params: { top_p: 1, effort: high } }]
defaults: { system: Be kind., params: { temperature: 0 } }
${variants === '' ? '' : `variants: ${variants}`}
prompts:
  - { id: faq, prompt: 'Say {{word}}', vars: { word: hi, how: kindly } }
  - { id: talk, messages: [{ role: user, content: a }, { role: assistant, content: b }, { role: user, content: c }] }
`;

const load = (text: string, folder = '.') => loadSuiteText(text, folder);
const ways =
  "[{ id: plain }, { id: short, system: 'Answer {{how}}.', params: { effort: low } }, { id: bare, system: '', prompts: { faq: 'Just {{word}}', talk: d } }]";

test('a variant replaces the system message, what the user says, and parameters, each where it names them', async () => {
  const { prompts, models, variants } = await load(
    suite(ways)
      .replace(/ {2}- \{ id: talk[^\n]*\n/, '')
      .replace(', talk: d', ''),
  );
  const said = (variant: string) => promptIn({ variant }, prompts[0]!).messages.map(({ content }) => content);
  expect(said('plain')).toEqual(['Be kind.', 'Say hi']);
  expect(said('short')).toEqual(['Answer kindly.', 'Say hi']);
  expect(said('bare')).toEqual(['Just hi']);
  const cells = cellsOf({ models, variants: variants! }, ['compat', 'direct']);
  expect(
    cells.map(({ variant, route, model: { params } }) => [variant, route, params['effort'], params['top_p']]),
  ).toEqual([
    ['plain', 'compat', 'high', 1],
    ['plain', 'direct', 'high', 1],
    ['short', 'compat', 'low', 1],
    ['short', 'direct', 'low', 1],
    ['bare', 'compat', 'high', 1],
    ['bare', 'direct', 'high', 1],
  ]);
});

test('in a conversation the last message of the user changes', async () => {
  const { prompts } = await load(suite('[{ id: plain }, { id: other, prompts: { talk: d } }]'));
  expect(promptIn({ variant: 'other' }, prompts[1]!).messages.map(({ content }) => content)).toEqual([
    'Be kind.',
    'a',
    'b',
    'd',
  ]);
  expect(prompts[0]).not.toHaveProperty('variants');
  expect(promptIn({ variant: 'other' }, prompts[1]!)).not.toHaveProperty('variants');
});

test('what is asked has another hash, and a suite without variants the one it had', async () => {
  const hashes = await Promise.all(
    [
      '',
      '[{ id: a }, { id: b }]',
      '[{ id: a }, { id: b, system: x }]',
      '[{ id: a }, { id: b, params: { x: 1 } }]',
    ].map(async (variants) => askHash(await load(suite(variants)))),
  );
  expect(new Set(hashes).size).toBe(4);
  const described = '[{ id: a }, { id: b, description: why }]';
  expect(askHash(await load(suite(described)))).toBe(hashes[1]);
  expect(suiteHash(await load(suite(described)))).not.toBe(
    suiteHash(await load(suite('[{ id: a }, { id: b }]'))),
  );
});

test('texts may be files', async () => {
  await using folder = await scratchFolder();
  await writeFile(join(folder.path, 'strict.md'), 'Only {{word}}.\n');
  const text = suite('[{ id: plain }, { id: strict, prompts: { faq: { file: strict.md } } }]');
  const { prompts } = await load(text, folder.path);
  expect(promptIn({ variant: 'strict' }, prompts[0]!).messages.at(-1)!.content).toBe('Only hi.');
});

test.each([
  ['[{ id: a }]', 'give two or more'],
  ['[{ id: a }, { id: a }]', 'duplicate variant id "a"'],
  ['[{ id: a }, { id: b, prompts: { fag: x } }]', 'there is no prompt "fag"; did you mean "faq"'],
  ['[{ id: a }, { id: b, sytem: x }]', 'did you mean "system"'],
  ["[{ id: a }, { id: b, prompts: { faq: 'Say {{wrod}}' } }]", 'unknown variable "wrod"'],
  ['[{ id: a }, { id: b, prompts: { faq: { file: no.md } } }]', 'no.md'],
  ['[{ id: a }, { id: b, params: { model: x } }]', 'is set by gatebench'],
])('variants: %s is refused at its place', async (written, words) => {
  await expect(load(suite(written))).rejects.toThrow(words);
});
