import { expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import { compare } from './compare.ts';
import { leadOf, leadsOf, withCosts, type Lead } from './leads.ts';
import type { PairRow } from './summary-columns.ts';
import { collected, failedRow, row } from './testing/rows.ts';

const prompts = Array.from({ length: 24 }, (_, index) => `p${index}`);

/** Answers of a model on every prompt; `of` says what a prompt's answer has. */
const answers = (model: string, of: (index: number) => Partial<RequestRow>): RequestRow[] =>
  prompts.map((prompt_id, index) => row({ model, prompt_id, ...of(index) }));

const wobble = (index: number): number => 1 + (index % 5) / 100;

async function leads(
  rows: readonly RequestRow[],
  isSequential = false,
): Promise<Record<string, Omit<Lead, 'metric'>>> {
  const all = await collected(...rows);
  const [only, ...others] = leadsOf(
    all,
    withCosts(all, compare(all, { isSequential }).pairs, { isSequential }),
  );
  expect(others).toEqual([]);
  return Object.fromEntries(only!.leads.map(({ metric, ...lead }) => [metric, lead]));
}

test('each metric has its own leader, where the data carry one', async () => {
  const found = await leads([
    ...answers('fast', (index) => ({
      e2e_latency_ms: 100 * wobble(index),
      passed: index % 2 === 0,
      cost_usd: 0.2,
    })),
    ...answers('right', (index) => ({ e2e_latency_ms: 300 * wobble(index), passed: true, cost_usd: 0.3 })),
    ...answers('cheap', (index) => ({
      e2e_latency_ms: 200 * wobble(index),
      passed: index % 2 === 1,
      cost_usd: 0.1,
    })),
  ]);
  expect(found['e2e_latency_ms']).toEqual({ models: ['fast'], among: 3, isEqual: false });
  expect(found['passed']!.models).toEqual(['right']);
  expect(found['cost_usd']!.models).toEqual(['cheap']);
});

test('costs that vary more between prompts than between models name no model', async () => {
  const found = await leads([
    ...answers('a', (index) => ({ e2e_latency_ms: 100, cost_usd: 0.1 * wobble(index) })),
    ...answers('b', (index) => ({
      e2e_latency_ms: 100,
      cost_usd: 0.1 * Math.exp(((index * 7) % 24) / 10 - 1),
    })),
  ]);
  expect(found['cost_usd']).toMatchObject({ among: 2, isEqual: false });
  expect(found['cost_usd']!.models).toHaveLength(2);
  // The same times are equal, and that is known.
  expect(found['e2e_latency_ms']).toMatchObject({ models: ['a', 'b'], isEqual: true });
});

test('a metric without data has no leader: no price, no checks', async () => {
  expect(Object.keys(await leads(answers('a', () => ({ e2e_latency_ms: 1 }))))).toEqual(['e2e_latency_ms']);
});

test('a price of nothing is the least, and two of them are equal', async () => {
  const free = (index: number): Partial<RequestRow> => ({ e2e_latency_ms: 100 * wobble(index), cost_usd: 0 });
  const paid = (index: number): Partial<RequestRow> => ({ ...free(index), cost_usd: 0.1 });
  const found = await leads([...answers('free', free), ...answers('paid', paid)]);
  expect(found['cost_usd']!.models).toEqual(['free']);
  const both = await leads([...answers('free', free), ...answers('gratis', free)]);
  expect(both['cost_usd']).toMatchObject({ models: ['free', 'gratis'], isEqual: true });
});

test('a model that fails too often leads in nothing', async () => {
  const failing = prompts.map((prompt_id, index) =>
    index % 4 === 0
      ? failedRow({ model: 'failing', prompt_id })
      : row({ model: 'failing', prompt_id, e2e_latency_ms: 1, cost_usd: 0.001, passed: true }),
  );
  const found = await leads([
    ...failing,
    ...answers('sound', () => ({ e2e_latency_ms: 100, cost_usd: 0.1, passed: false })),
  ]);
  for (const lead of Object.values(found)) expect(lead).toMatchObject({ models: ['sound'], among: 1 });
});

test('models that did not take turns lead in nothing', async () => {
  const found = await leads(
    [
      ...answers('fast', () => ({ e2e_latency_ms: 100, cost_usd: 0.1 })),
      ...answers('slow', () => ({ e2e_latency_ms: 900, cost_usd: 0.9 })),
    ],
    true,
  );
  for (const lead of Object.values(found)) expect(lead.models).toHaveLength(2);
});

test('several models on several routes are chosen from route by route', async () => {
  const all = await collected(
    ...['compat', 'direct'].flatMap((route) => [
      ...answers('fast', (index) => ({ route, e2e_latency_ms: 100 * wobble(index) })),
      ...answers('slow', (index) => ({ route, e2e_latency_ms: 900 * wobble(index) })),
    ]),
  );
  const found = leadsOf(all, compare(all).pairs);
  expect(found.map(({ route, leads: [lead] }) => [route, lead!.models])).toEqual([
    ['compat', ['fast@compat']],
    ['direct', ['fast@direct']],
  ]);
});

const pair = (a: string, b: string, verdict: PairRow['verdict'], more_prompts?: number): PairRow =>
  ({ metric: 'passed', model_a: a, model_b: b, verdict, more_prompts }) as PairRow;

test('where a test speaks against a figure, the test decides', () => {
  const pairs = [pair('a', 'b', 'better'), pair('a', 'c', 'worse'), pair('b', 'c', 'worse')];
  expect(leadOf(['a', 'b', 'c'], 'passed', pairs).models).toEqual(['b']);
});

test('more prompts are given if they are known for everything that is open', () => {
  const open = [pair('a', 'b', 'not settled', 12), pair('c', 'a', 'not settled', 30)];
  expect(leadOf(['a', 'b', 'c'], 'passed', open)).toMatchObject({ morePrompts: 30 });
  expect(leadOf(['a', 'b', 'c'], 'passed', [open[0]!, pair('a', 'c', 'not settled')])).not.toHaveProperty(
    'morePrompts',
  );
});
