import { expect, test } from 'vitest';
import { askHash, suiteHash } from '../hash.ts';
import { loadSuiteText } from '../load.ts';

const suite = (own: string, defaults = ''): string => `
version: 1
name: a
models: [custom-ollama/x]
${defaults}
prompts:
  - { id: a, prompt: 'Say {{word}}', vars: { word: hi }${own} }
`;

const load = (text: string) => loadSuiteText(text, '.');

test('transforms of the defaults come first, then those of the prompt', async () => {
  const defaults = 'defaults: { answer: [strip-think, trim] }';
  const { prompts } = await load(suite(", answer: [unfence, { extract: 'x(y)' }]", defaults));
  expect(prompts[0]!.answer).toEqual([
    'strip-think',
    'trim',
    'unfence',
    { extract: 'x(y)', pick: 'last', flags: '', ignore_case: false },
  ]);
});

test('they change how answers are checked, not what is asked', async () => {
  const [plain, transformed] = [await load(suite('')), await load(suite(', answer: [trim]'))];
  expect(plain.prompts[0]).not.toHaveProperty('answer');
  expect(suiteHash(plain)).not.toBe(suiteHash(transformed));
  expect(askHash(plain)).toBe(askHash(transformed));
});

test('a tool that is not offered is reported where the check names it', async () => {
  const check = ', checks: [{ type: tool-called, tool: get_wether }]';
  await expect(load(suite(check))).rejects.toThrow(/checks\.0\.tool: no tool is offered/);
  const tools = 'params: { tools: [{ type: function, function: { name: get_weather } }] }';
  await expect(load(suite(check, `defaults: { ${tools} }`))).rejects.toThrow('did you mean "get_weather"');
  const right = check.replace('wether', 'weather');
  await expect(load(suite(right, `defaults: { ${tools} }`))).resolves.toBeDefined();
  const ofModel = suite(right).replace('[custom-ollama/x]', `[{ model: custom-ollama/x, ${tools} }]`);
  await expect(load(ofModel)).resolves.toBeDefined();
});

test.each<[string, string]>([
  ['trim', 'expected a list, not "trim"; write answer: [ trim ]'],
  ['[strip_think]', 'prompts.0.answer.0'],
  ["[{ extract: '(' }]", 'Unterminated group'],
  ["[{ exract: 'a' }]", 'did you mean "extract"'],
  ["[{ json-path: '$[' }]", 'not a JSONPath'],
])('answer: %s is refused at its place', async (written, words) => {
  await expect(load(suite(`, answer: ${written}`))).rejects.toThrow(words);
});
