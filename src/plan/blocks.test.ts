import { cellKey } from './cell.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chiSquare, orders, tally } from '../base/testing/chi-square.ts';
import { planBlocks, planSize, requestKey, type PlanOptions } from './blocks.ts';
import type { Block, PlannedRequest } from './plan.ts';
import { cell, prompt } from './testing/planned.ts';

const plan = (rest: Partial<PlanOptions> = {}): Block[] => [
  ...planBlocks({
    cells: [cell('glm'), cell('kimi'), cell('deepseek')],
    prompts: [prompt('faq'), prompt('refund')],
    repeat: 2,
    warmup: 1,
    order: 'blocks',
    seed: 42,
    ...rest,
  }),
];
const measured = (blocks: Block[]): Block[] => blocks.filter(([first]) => first!.phase === 'measure');
const modelsOf = (block: Block): string[] => block.map((request) => request.cell.model.id);

/** `faq 1: kimi glm`, one line a block. */
const shown = (blocks: Block[]): string[] =>
  blocks.map(
    (block) => `${block[0]!.phase} ${block[0]!.prompt.id} ${block[0]!.repeat}: ${modelsOf(block).join(' ')}`,
  );

test('a recorded seed gives the same plan in every version: resuming and merging rely on it', () => {
  expect(shown(plan())).toEqual([
    'warmup faq 1: glm kimi deepseek',
    'measure refund 1: glm kimi deepseek',
    'measure faq 1: kimi glm deepseek',
    'measure faq 2: glm deepseek kimi',
    'measure refund 2: deepseek kimi glm',
  ]);
});

test('the same seed gives the same plan, another one another', () => {
  expect(plan()).toEqual(plan());
  const differing = Array.from({ length: 50 }, (_, n) => shown(plan({ seed: n })).join('\n'));
  // Of 6⁵ × 2³ equally likely plans, fifty draws rarely coincide.
  expect(new Set(differing).size).toBe(50);
});

const anyPlan = fc.record({
  cells: fc
    .integer({ min: 1, max: 5 })
    .map((n) => Array.from({ length: n }, (_, index) => cell(`m${index}`))),
  prompts: fc
    .integer({ min: 1, max: 6 })
    .map((n) => Array.from({ length: n }, (_, index) => prompt(`p${index}`))),
  repeat: fc.integer({ min: 1, max: 4 }),
  warmup: fc.nat(8),
  order: fc.constantFrom('blocks' as const, 'sequential' as const),
  seed: fc.nat(),
});

/** Which requests go to which cell, and how often. */
const counted = (requests: PlannedRequest[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const request of requests) {
    const what = `${request.prompt.id} ${request.repeat} ${cellKey(request.cell)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
};

test('every prompt is asked of every cell once a repeat, in either order', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      const counts = counted(measured(plan(options)).flat());
      expect(counts.size).toBe(options.cells.length * options.prompts.length * options.repeat);
      expect(new Set(counts.values())).toEqual(new Set([1]));
    }),
  );
});

test('a block is one prompt and one repeat, with every cell once', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      const names = options.cells.map(cellKey).toSorted();
      for (const block of plan({ ...options, order: 'blocks' })) {
        expect(block.map((request) => cellKey(request.cell)).toSorted()).toEqual(names);
        expect(
          new Set(block.map(({ prompt: { id }, repeat, phase }) => `${id} ${repeat} ${phase}`)).size,
        ).toBe(1);
      }
    }),
  );
});

test('warm-up comes first, is counted on its own, and goes round the prompts', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      const blocks = plan(options);
      const warmup = blocks.slice(0, options.warmup);
      expect(blocks.map(([first]) => first!.phase)).toEqual([
        ...warmup.map(() => 'warmup'),
        ...blocks.slice(options.warmup).map(() => 'measure'),
      ]);
      expect(warmup.map(([first]) => first!.repeat)).toEqual(warmup.map((_, index) => index + 1));
      const round = new Set(warmup.slice(0, options.prompts.length).map(([first]) => first!.prompt.id));
      expect(round.size).toBe(Math.min(options.warmup, options.prompts.length));
    }),
  );
});

test('blocks and positions count from 1, keys are unique, and the size was known before', () => {
  fc.assert(
    fc.property(anyPlan, (options) => {
      const blocks = plan(options);
      for (const [index, block] of blocks.entries()) {
        expect(block.map((request) => request.block)).toEqual(block.map(() => index + 1));
        expect(block.map(({ position }) => position)).toEqual(block.map((_, place) => place + 1));
      }
      const requests = blocks.flat();
      expect(new Set(requests.map(({ key }) => key)).size).toBe(requests.length);
      const warmup = requests.filter(({ phase }) => phase === 'warmup').length;
      expect(planSize(options)).toEqual({
        warmup,
        measure: requests.length - warmup,
        total: requests.length,
      });
    }),
  );
});

test('one after the other: all of the first cell, then all of the second, prompts as in the suite', () => {
  const options = {
    cells: [cell('b'), cell('a')],
    prompts: [prompt('y'), prompt('x')],
    order: 'sequential',
  } as const;
  expect(shown(measured(plan(options)))).toEqual([
    'measure y 1: b',
    'measure x 1: b',
    'measure y 2: b',
    'measure x 2: b',
    'measure y 1: a',
    'measure x 1: a',
    'measure y 2: a',
    'measure x 2: a',
  ]);
});

test('each order of the cells within a block is as frequent as the others', () => {
  const blocks = measured(plan({ repeat: 3000 }));
  const seen = blocks.map((block) => modelsOf(block).join());
  const statistic = chiSquare(
    tally(
      seen,
      orders(['glm', 'kimi', 'deepseek']).map((order) => order.join()),
    ),
  );
  expect(blocks).toHaveLength(6000);
  // Quantiles 0.001 and 0.999 of χ² with 5 degrees of freedom.
  expect(statistic).toBeGreaterThan(0.21);
  expect(statistic).toBeLessThan(20.52);
});

test('who comes first in a block says nothing of who does in the next', () => {
  const first = measured(plan({ repeat: 3000 })).map((block) => modelsOf(block)[0]!);
  const names = ['glm', 'kimi', 'deepseek'];
  const pairs = first.slice(1).map((name, index) => `${first[index]!} ${name}`);
  const statistic = chiSquare(
    tally(
      pairs,
      names.flatMap((one) => names.map((other) => `${one} ${other}`)),
    ),
  );
  // Quantile 0.999 of χ² with 8 degrees of freedom.
  expect(statistic).toBeLessThan(26.12);
});

test('the prompts of a repeat come in each order equally often', () => {
  const prompts = ['a', 'b', 'c'].map((id) => prompt(id));
  const asked = measured(plan({ cells: [cell('m')], prompts, repeat: 6000 })).map(
    ([request]) => request!.prompt.id,
  );
  const rounds = Array.from({ length: 6000 }, (_, n) => asked.slice(3 * n, 3 * n + 3).join(''));
  const statistic = chiSquare(
    tally(
      rounds,
      orders(['a', 'b', 'c']).map((order) => order.join('')),
    ),
  );
  expect(statistic).toBeGreaterThan(0.21);
  expect(statistic).toBeLessThan(20.52);
});

test('more repeats are added at the end and leave what was planned as it was', () => {
  const more = plan({ repeat: 5 });
  expect(more.slice(0, plan().length)).toEqual(plan());
  const asked: number[] = [];
  const adaptive = plan({ another: (repeat) => asked.push(repeat) < 4 });
  expect(adaptive).toEqual(more);
  expect(asked).toEqual([3, 4, 5, 6]);
});

test('a plan is made as it is asked for: a long one costs nothing before', () => {
  const blocks = planBlocks({
    cells: [cell('m')],
    prompts: [prompt('p')],
    repeat: Number.MAX_SAFE_INTEGER,
    warmup: 0,
    order: 'blocks',
    seed: 1,
  });
  expect(blocks.next().value).toHaveLength(1);
});

test('keys distinguish whatever differs, as long as no id contains a line feed', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '1', ' ', '@', '/', ',') });
  const naming = fc.record({
    phase: fc.constantFrom('warmup', 'measure'),
    repeat: fc.nat(12),
    prompt: word,
    model: word,
    route: word,
  });
  fc.assert(
    fc.property(naming, naming, (one, other) => {
      expect(requestKey(one) === requestKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
  expect(requestKey({ phase: 'measure', repeat: 1, prompt: 'a', model: 'b', route: 'c' })).toBe(
    'measure\n1\na\nb\nc',
  );
});
