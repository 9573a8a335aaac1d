import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellKey, cellName, type CellNames, cellsOf, promptIn } from './cell.ts';
import type { Message, Prompt } from '../suite/suite.ts';
import { cell, prompt, user } from './testing/planned.ts';

const word = fc.string({ unit: fc.constantFrom('a', '1', ' ', '@', '/'), minLength: 1, maxLength: 3 });
const optional = fc.option(word, { nil: undefined });
const anyNames = fc.record({
  model: word,
  route: word,
  variant: optional,
  vantage: optional,
  level: optional,
});

test('keys distinguish whatever differs, as long as no name contains a line feed', () => {
  fc.assert(
    fc.property(anyNames, anyNames, (one, other) => {
      expect(cellKey(one as CellNames) === cellKey(other as CellNames)).toBe(
        JSON.stringify(one) === JSON.stringify(other),
      );
    }),
    { numRuns: 1000 },
  );
});

test('a cell of a plan, its rows and its figures have one key', () => {
  expect(cellKey(cell('glm'))).toBe('glm\ndemo');
  expect(cellKey({ model: 'glm', route: 'demo' })).toBe('glm\ndemo');
  expect(cellKey({ model: 'glm', route: 'demo', level: 8 })).toBe('glm\ndemo\n\n\n\n8');
});

test('cells are every model on every route, and people call them by the route only where there are several', () => {
  const cells = cellsOf({ models: [cell('glm').model, cell('kimi').model] }, ['compat', 'direct']);
  expect(cells.map((one) => cellName(one, { routes: ['compat', 'direct'] }))).toEqual([
    'glm@compat',
    'glm@direct',
    'kimi@compat',
    'kimi@direct',
  ]);
  expect(cellName(cells[0]!)).toBe('glm');
});

test('a prompt as it is asked is the same object for every request of an arm, and another for each arm', () => {
  const asks = (content: string): Prompt['messages'] => [{ role: 'user', content }];
  const plain: Prompt = { id: 'a', tags: [], messages: asks('Hello'), params: {}, checks: [] };
  expect(promptIn({}, plain)).toBe(plain);
  const varied: Prompt = {
    ...plain,
    variants: { short: asks('Hi'), long: asks('Good morning') },
    before: { messages: asks('Hey'), variants: { short: asks('Yo') }, params: {}, checks: [] },
  };
  const arms = [undefined, 'before' as const].flatMap((version) =>
    [undefined, 'short', 'long'].map((variant) => ({ version, variant })),
  );
  const said = arms.map((arm) => promptIn(arm, varied));
  expect(arms.map((arm) => promptIn(arm, varied)).every((one, place) => one === said[place])).toBe(true);
  expect(new Set(said).size).toBe(arms.length);
  expect(said.map(({ messages }) => messages[0]!.content)).toEqual([
    ...['Hello', 'Hi', 'Good morning'],
    ...['Hey', 'Yo', 'Hey'],
  ]);
});

const versioned = {
  models: [
    { ...cell('glm', { params: { seed: 2 } }).model, before: { model: 'custom-ollama/old', params: {} } },
  ],
  variants: [
    { id: 'plain', params: {} },
    { id: 'warm', params: { temperature: 2 }, before: { params: { temperature: 1 } } },
  ],
  against: { ref: 'main', commit: 'c', path: 's.yaml', unchanged: 0, added: [], removed: [] },
};

test('of a suite that is compared with a revision, every arm has two versions, each with its own name and params', () => {
  const asked = cellsOf(versioned, ['compat']).map(({ model, ...names }) => [
    cellName({ model, ...names }),
    model.model,
    model.params,
  ]);
  expect(asked).toEqual([
    ['glm (plain) (before)', 'custom-ollama/old', {}],
    ['glm (plain) (now)', 'custom-ollama/glm', { seed: 2 }],
    ['glm (warm) (before)', 'custom-ollama/old', { temperature: 1 }],
    ['glm (warm) (now)', 'custom-ollama/glm', { seed: 2, temperature: 2 }],
  ]);
});

test('a prompt is asked as its version has it: what was not there then is not there', () => {
  const said = (content: string): Message[] => [user(content)];
  const own = prompt('q', {
    ...{ messages: said('now'), params: { seed: 1 }, answer: ['trim'], checks: [] },
    variants: { warm: said('now, warm') },
    before: { messages: said('then'), params: {}, checks: [], variants: { old: said('then, old') } },
  });
  const asked = (version: string, variant?: string): Prompt => promptIn({ version, variant }, own);
  expect(asked('before')).toEqual({ id: 'q', tags: [], messages: said('then'), params: {}, checks: [] });
  expect(asked('before', 'warm').messages).toEqual(said('then'));
  expect(asked('before', 'old').messages).toEqual(said('then, old'));
  expect(asked('now', 'warm')).toEqual({
    ...{ id: 'q', tags: [], params: { seed: 1 }, answer: ['trim'], checks: [] },
    messages: said('now, warm'),
  });
});
