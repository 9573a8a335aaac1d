import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellKey, cellName, type CellNames, cellsOf } from './cell.ts';
import { cell } from './testing/planned.ts';

const word = fc.string({ unit: fc.constantFrom('a', '1', ' ', '@', '/'), minLength: 1, maxLength: 3 });
const optional = fc.option(word, { nil: undefined });
const anyNames = fc.record({
  model: word,
  route: word,
  variant: optional,
  vantage: optional,
  level: optional,
});

test('keys tell apart whatever differs, as long as no name holds a line feed', () => {
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
