import { expect, test } from 'vitest';
import type { Judge, Prompt, Quality } from '../suite/suite.ts';
import { itemsOf, type StoredAnswer, tasksOf } from './tasks.ts';

const quality: Quality = {
  judges: [],
  criteria: [
    { id: 'c', kind: 'ask', question: 'Right?', verdicts: { yes: 1, no: 0 }, show: ['answer'] },
    { id: 'p', kind: 'prefer', question: 'Which?', verdicts: {}, show: ['answer'], against: 'all' },
  ],
  budget: {},
};
const prompt: Prompt = {
  ...{ id: 'q', tags: [], params: {}, checks: [], messages: [{ role: 'user', content: 'plain' }] },
  variants: { short: [{ role: 'user', content: 'short' }] },
  criteria: [
    { id: 'c', question: 'Right?' },
    { id: 'p', question: 'Which?' },
  ],
};
const models = ['a', 'b', 'c'].map((id) => ({ id, model: `custom-ollama/${id}`, params: {} }));

const answer = (event_id: string, about: Partial<StoredAnswer['row']>): StoredAnswer => ({
  row: {
    ...{ event_id, model: 'a', route: 'demo', prompt_id: 'q', repeat: 1 },
    ...{
      variant: undefined,
      vantage: undefined,
      version: undefined,
      level: undefined,
      visit: undefined,
      ...about,
    },
  },
  text: event_id,
  toolCalls: [],
});
const asking = { prompts: [prompt], models, quality, criteria: ['c', 'p'] };
const pairs = (answers: readonly StoredAnswer[], more = {}): string[] =>
  [...itemsOf({ ...asking, ...more }, answers)].flatMap(({ a, b }) =>
    b ? [`${a.row.event_id} ${b.row.event_id}`] : [],
  );

test('only answers to the same question, asked in the same way, are compared with each other', () => {
  const answers = [
    answer('b1', { model: 'b' }),
    answer('a1', {}),
    answer('a2', { repeat: 2 }),
    answer('c1', { model: 'c', route: 'direct' }),
    answer('a1s', { variant: 'short' }),
    answer('b1s', { model: 'b', variant: 'short' }),
    answer('c1v', { model: 'c', level: 2, visit: 1 }),
  ];
  expect(pairs(answers)).toEqual(['a1 b1', 'a1s b1s']);
});

test('against one model, only its pairs are asked', () => {
  const answers = models.map(({ id }) => answer(`${id}1`, { model: id }));
  const [, prefer] = quality.criteria;
  expect(pairs(answers)).toEqual(['a1 b1', 'a1 c1', 'b1 c1']);
  expect(pairs(answers, { quality: { ...quality, criteria: [{ ...prefer!, against: 'b' }] } })).toEqual([
    'a1 b1',
    'b1 c1',
  ]);
});

test('of two versions of a suite each model is compared with itself, the earlier version first', () => {
  const answers = ['now', 'before'].flatMap((version) => [
    answer(`b ${version}`, { model: 'b', version }),
    answer(`a ${version}`, { version }),
  ]);
  expect(pairs(answers)).toEqual(['a before a now', 'b before b now']);
  const before = { messages: [{ role: 'user', content: 'earlier' }], params: {}, checks: [] };
  const items = [...itemsOf({ ...asking, prompts: [{ ...prompt, before }] }, answers)];
  const shown = items.map(({ a, b, prompt: asked }) => [
    b ? `${a.row.event_id} ${b.row.event_id}` : a.row.event_id,
    asked.messages[0]!.content,
  ]);
  expect(Object.fromEntries(shown)).toMatchObject({
    'a before': 'earlier',
    'a now': 'plain',
    'a before a now': 'plain',
  });
});

test('a judge reads what the variant has asked', () => {
  const [item] = [...itemsOf(asking, [answer('a1s', { variant: 'short' })])];
  expect(item!.prompt.messages).toEqual([{ role: 'user', content: 'short' }]);
});

test('each judge is asked once about an answer, and in both orders about a pair, in an order that is drawn', () => {
  const judges = ['j', 'k'].map((id): Judge => ({
    id,
    model: `custom-ollama/${id}`,
    params: {},
    reply: 'line',
    concurrency: 1,
  }));
  const firsts = new Set<string>();
  for (let n = 0; n < 20; n++) {
    const items = [...itemsOf(asking, [answer(`a${n}`, {}), answer(`b${n}`, { model: 'b' })])];
    const tasks = items.map((item) => tasksOf(item, judges, 1));
    expect(tasks.map(({ length }) => length)).toEqual([2, 2, 4]);
    expect(tasks[2]!.map(({ order }) => order).toSorted()).toEqual(['ab', 'ab', 'ba', 'ba']);
    expect(new Set(tasks.flat().map(({ key }) => key)).size).toBe(8);
    firsts.add(tasks[2]![0]!.order!);
  }
  expect([...firsts].toSorted()).toEqual(['ab', 'ba']);
});
