import { describe, expect, test } from 'vitest';
import type { RequestRow } from '../journal/request-columns.ts';
import type { Need, NeedLimit } from '../suite/suite.ts';
import { choose, type Choice, type ChoiceFacts } from './choice.ts';
import { compare } from './compare.ts';
import { withCosts } from './leads.ts';
import type { CriterionRates } from './need-limit.ts';
import { collected, failedRow, row } from './testing/rows.ts';

const prompts = Array.from({ length: 60 }, (_, index) => `p${index}`);
const wobble = (index: number): number => 1 + (index % 7) / 50;

const passing: NeedLimit = { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.8 };
const quick: NeedLimit = {
  metric: 'geomean(e2e_latency_ms)',
  statistic: 'geomean',
  column: 'e2e_latency_ms',
  max: 1000,
};
const cheap: NeedLimit = { metric: 'mean(cost_usd)', statistic: 'mean', column: 'cost_usd', max: 0.01 };
const correct: NeedLimit = { metric: 'rate(correct)', criterion: 'correct', min: 0.8 };
const need = (...limits: NeedLimit[]): Need => ({ limits, then: { by: 'cheapest' } });

interface Model {
  pass?: (index: number) => boolean;
  ms?: number;
  usd?: number;
  fails?: (index: number) => boolean;
}

const rowsOf = (model: string, { pass = () => true, ms = 500, usd = 0.001, fails = () => false }: Model) =>
  prompts.map((prompt_id, index): RequestRow => {
    if (fails(index)) return failedRow({ model, prompt_id });
    const cost = usd < 0 ? {} : { cost_usd: usd * wobble(index) };
    return row({ model, prompt_id, passed: pass(index), e2e_latency_ms: ms * wobble(index), ...cost });
  });

async function chosen(
  models: Record<string, Model>,
  wanted: Need,
  facts: Partial<ChoiceFacts> = {},
): Promise<Choice> {
  const all = await collected(...Object.entries(models).flatMap(([name, model]) => rowsOf(name, model)));
  const pairs = withCosts(all, compare(all).pairs, { isSequential: false });
  const checked = new Set(prompts);
  const [only] = choose(all, { need: wanted, pairs, checked, timeoutMs: 60_000, ...facts });
  return only!;
}

const listsOf = ({ candidates }: Choice): Record<string, string> =>
  Object.fromEntries(candidates.map(({ model, word }) => [model, word]));

test('"surely" holds for all models together: what is sure of one alone is open among five', async () => {
  // 55 of 60: from 81.6 % at 95 %, and from 77.7 % at 99 %.
  const model = { pass: (index: number) => index % 12 !== 0 };
  const wanted = need(passing);
  expect(listsOf(await chosen({ one: model }, wanted))).toEqual({ one: 'surely' });
  const five = Object.fromEntries(['one', 'two', 'three', 'four', 'five'].map((name) => [name, model]));
  expect(new Set(Object.values(listsOf(await chosen(five, wanted))))).toEqual(new Set(['open']));
});

test('each model is in one list: surely, open or out, and of those that surely do the cheapest is first', async () => {
  const choice = await chosen(
    {
      dear: { usd: 0.005 },
      good: { usd: 0.002 },
      unsure: { usd: 0.0005, pass: (index) => index % 6 !== 0 },
      bad: { usd: 0.0001, pass: (index) => index % 2 === 0 },
    },
    need(passing, quick, cheap),
  );
  expect(listsOf(choice)).toEqual({ bad: 'out', unsure: 'open', good: 'surely', dear: 'surely' });
  expect(choice.lead).toMatchObject({ models: ['good'], among: 2 });
  const [bad, unsure] = choice.candidates;
  expect(bad!.decisive).toMatchObject({ verdict: 'broken', limit: passing, basis: 'checks' });
  expect(unsure!.decisive!.morePrompts).toBeGreaterThan(60);
});

describe('a limit of another kind decides', () => {
  test.each<[string, Model, NeedLimit, string]>([
    ['too slow', { ms: 3000 }, quick, 'out'],
    ['quick', { ms: 300 }, quick, 'surely'],
    ['near the limit', { ms: 945 }, quick, 'open'],
    ['too dear', { usd: 0.05 }, cheap, 'out'],
    ['cheap', { usd: 0.001 }, cheap, 'surely'],
    ['without a price', { usd: -1 }, cheap, 'open'],
    ['never an answer', { fails: () => true }, passing, 'out'],
  ])('%s', async (_, model, limit, word) => {
    const { candidates } = await chosen({ it: model }, need(passing, limit));
    expect(candidates[0]!.word).toBe(word);
    expect(candidates[0]!.decisive?.limit).toEqual(word === 'surely' ? undefined : limit);
  });
});

test('a failed request has not passed', async () => {
  const fails = (index: number): boolean => index % 3 === 0;
  const choice = await chosen({ sound: {}, failing: { fails } }, need(passing));
  expect(listsOf(choice)).toEqual({ sound: 'surely', failing: 'out' });
  expect(choice.candidates.find(({ model }) => model === 'failing')!.decisive!.point).toBeCloseTo(2 / 3);
});

test('a prompt without checks is in no pass rate, also where it failed', async () => {
  const checked = new Set(prompts.slice(0, 30));
  const pass = (index: number): boolean => index < 30;
  const { candidates } = await chosen({ it: { pass, fails: (index) => index >= 50 } }, need(passing), {
    checked,
  });
  expect(candidates[0]).toMatchObject({ limits: [{ point: 1 }] });
});

test('the more models there are, the more each has to show', async () => {
  const model: Model = { pass: (index) => index % 12 !== 0 };
  const lowOf = async (models: Record<string, Model>): Promise<number> =>
    (await chosen(models, need(passing))).candidates[0]!.limits[0]!.low!;
  const alone = await lowOf({ it: model });
  const among = await lowOf({ it: model, b: model, c: model, d: model });
  const lists = (await chosen({ it: model }, need(passing), { lists: 4 })).candidates[0]!.limits[0]!.low;
  expect(among).toBeLessThan(alone);
  expect(lists).toBe(among);
});

test('if the order is not settled, no model is first alone', async () => {
  const all = await chosen({ a: { usd: 0.002 }, b: { usd: 0.00201 } }, need(passing));
  expect(all.lead).toMatchObject({ models: ['a', 'b'], isEqual: true });
});

test('one without a price may be the cheapest', async () => {
  const { lead, candidates } = await chosen({ a: { usd: 0.002 }, free: { usd: -1 } }, need(passing));
  expect(lead).toMatchObject({ models: ['a', 'free'], among: 2, isEqual: false });
  expect(candidates.map(({ model }) => model)).toEqual(['a', 'free']);
});

test.each<[Need['then'], string]>([
  [{ by: 'fastest' }, 'quick'],
  [{ by: 'best', of: 'passed' }, 'right'],
  [{ by: 'cheapest' }, 'cheap'],
])('%o puts another first', async (then, first) => {
  const some = (index: number): boolean => index % 5 !== 0;
  const models = {
    quick: { ms: 100, usd: 0.005, pass: some },
    right: { ms: 700, usd: 0.004 },
    cheap: { ms: 600, usd: 0.001, pass: some },
  };
  const { lead } = await chosen(models, { limits: [{ ...passing, min: 0.5 }], then });
  expect(lead!.models).toEqual([first]);
});

test('a need without a limit on quality chooses no model', async () => {
  const choice = await chosen({ a: { pass: () => false }, b: {} }, need(quick, cheap));
  expect(choice.withheld).toBe('no quality limit');
  expect(choice.lead).toBeUndefined();
});

describe('a criterion', () => {
  const rates =
    (basis: 'judge' | 'people' | 'judge+people', labelsNeeded?: number): CriterionRates =>
    () => ({
      basis,
      point: 0.95,
      interval: { low: 0.9, high: 0.98 },
      labels: 40,
      prompts: 60,
      ...(labelsNeeded === undefined ? {} : { labelsNeeded }),
    });

  test.each([
    ['judge+people', 'surely'],
    ['people', 'surely'],
    ['judge', 'open'],
  ] as const)('by %s is %s, however good', async (basis, word) => {
    const { candidates } = await chosen({ it: {} }, need(correct), {
      rates: rates(basis, basis === 'judge' ? 30 : undefined),
    });
    expect(candidates[0]!.word).toBe(word);
    expect(candidates[0]!.decisive?.moreLabels).toBe(basis === 'judge' ? 30 : undefined);
  });

  test('that has not been judged is open, and a failed request is not a good answer', async () => {
    expect((await chosen({ it: {} }, need(correct))).candidates[0]).toMatchObject({
      word: 'open',
      decisive: { reason: 'nobody has judged it' },
    });
    const fails = (index: number): boolean => index % 3 === 0;
    const { candidates } = await chosen({ it: { fails } }, need(correct), { rates: rates('people') });
    expect(candidates[0]!.word).toBe('out');
    expect(candidates[0]!.decisive!.point).toBeCloseTo((0.95 * 2) / 3);
  });
});
