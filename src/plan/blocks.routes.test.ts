import { cellsOf } from './cell.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planBlocks } from './blocks.ts';
import type { Block } from './plan.ts';
import { cell, prompt } from './testing/planned.ts';

const names = ['compat', 'provider', 'direct', 'local'];

const anyPlan = fc.record({
  models: fc.integer({ min: 1, max: 3 }),
  routes: fc.integer({ min: 2, max: 4 }).map((n) => names.slice(0, n)),
  prompts: fc.integer({ min: 1, max: 9 }),
  repeat: fc.integer({ min: 1, max: 7 }),
  seed: fc.nat(),
});

function blocksOf({
  models,
  routes,
  prompts,
  ...rest
}: typeof anyPlan extends fc.Arbitrary<infer T> ? T : never): Block[] {
  const ids = (n: number, letter: string): string[] =>
    Array.from({ length: n }, (_, index) => `${letter}${index}`);
  return [
    ...planBlocks({
      cells: cellsOf({ models: ids(models, 'm').map((id) => cell(id).model) }, routes),
      prompts: ids(prompts, 'p').map((id) => prompt(id)),
      warmup: 0,
      order: 'blocks',
      ...rest,
    }),
  ];
}

/** Routes of one model in a block, in the order in which they are asked. */
const routesIn = (block: Block, model: string): string[] =>
  block.filter(({ cell: of }) => of.model.id === model).map(({ cell: of }) => of.route);

const spread = (values: readonly string[], of: readonly string[]): number => {
  const counts = of.map((name) => values.filter((value) => value === name).length);
  return Math.max(...counts) - Math.min(...counts);
};

test('each route of a model comes first equally often, over the prompts of a repeat and the repeats of a prompt', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      const blocks = blocksOf(options);
      for (let model = 0; model < options.models; model++) {
        const firsts = (of: Block[]): string[] => of.map((block) => routesIn(block, `m${model}`)[0]!);
        for (let repeat = 1; repeat <= options.repeat; repeat++)
          expect(
            spread(firsts(blocks.filter(([one]) => one!.repeat === repeat)), options.routes),
          ).toBeLessThanOrEqual(1);
        for (let index = 0; index < options.prompts; index++)
          expect(
            spread(firsts(blocks.filter(([one]) => one!.prompt.id === `p${index}`)), options.routes),
          ).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('every cell is in every block once, whatever the turns', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      for (const block of blocksOf(options)) {
        const keys = block.map(({ cell: { model, route } }) => `${model.id}@${route}`);
        expect(new Set(keys).size).toBe(options.models * options.routes.length);
        expect(keys).toHaveLength(options.models * options.routes.length);
      }
    }),
  );
});

test('with three routes each of the six orders is as frequent as the others', () => {
  const blocks = blocksOf({ models: 1, routes: names.slice(0, 3), prompts: 1, repeat: 60, seed: 4 });
  const orders = blocks.map((block) => routesIn(block, 'm0').join());
  expect(new Set(orders).size).toBe(6);
  expect(spread(orders, [...new Set(orders)])).toBe(0);
});

test('which prompt begins with which route is drawn from the seed', () => {
  const first = (seed: number): string =>
    blocksOf({ models: 1, routes: names.slice(0, 2), prompts: 8, repeat: 1, seed })
      .toSorted((a, b) => (a[0]!.prompt.id < b[0]!.prompt.id ? -1 : 1))
      .map((block) => routesIn(block, 'm0')[0])
      .join();
  expect(new Set([1, 2, 3, 4, 5].map(first)).size).toBeGreaterThan(2);
});
