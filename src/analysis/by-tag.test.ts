import { expect, test } from 'vitest';
import { prompt } from '../plan/testing/planned.ts';
import { byTag, onlyPrompts, promptsByTag, promptsWithTags } from './by-tag.ts';
import { compare } from './compare.ts';
import { summarize } from './summarize.ts';
import { collected, row } from './testing/rows.ts';

const options = { timeoutMs: 60_000 };
const n = 40;
const suite = {
  prompts: Array.from({ length: n }, (_, index) => ({
    ...prompt(`p${index}`),
    tags: ['all', ...(index % 2 === 0 ? ['json'] : ['writing']), ...(index === 1 ? ['rare'] : [])],
  })),
};

/** Model b is twice as fast on json, and half as fast on writing; it fails the check of every json prompt. */
const rows = Array.from({ length: n }, (_, index) => {
  const time = 100 * 1.05 ** index;
  const isJson = index % 2 === 0;
  const wobble = 1 + 0.01 * (index % 3);
  return [
    row({ model: 'a', prompt_id: `p${index}`, e2e_latency_ms: time, passed: true }),
    row({
      model: 'b',
      prompt_id: `p${index}`,
      e2e_latency_ms: time * (isJson ? 0.5 : 2) * wobble,
      passed: !isJson,
    }),
  ];
}).flat();

test('each tag has the figures of a run of its prompts alone, and its own verdicts', async () => {
  const all = await collected(...rows);
  const tags = byTag(all, suite, options);
  expect(tags.map(({ tag, prompts }) => [tag, prompts])).toEqual([
    ['json', 20],
    ['writing', 20],
    ['rare', 1],
  ]);
  const json = await collected(...rows.filter(({ prompt_id }) => Number(prompt_id.slice(1)) % 2 === 0));
  expect(tags[0]!.models).toEqual(summarize(json, options));
  const verdicts = (tag: number) => tags[tag]!.pairs.map(({ metric, verdict }) => [metric, verdict]);
  expect(verdicts(0)).toEqual([
    ['e2e_latency_ms', 'faster'],
    ['passed', 'worse'],
  ]);
  expect(verdicts(1)).toEqual([
    ['e2e_latency_ms', 'slower'],
    ['passed', 'not settled'],
  ]);
  expect(tags[0]!.leads[0]!.leads.map(({ metric, models }) => [metric, models])).toEqual([
    ['e2e_latency_ms', ['b']],
    ['passed', ['a']],
  ]);
});

test('verdicts are corrected over all tags together', async () => {
  const all = await collected(...rows);
  const tags = byTag(all, suite, options);
  const json = onlyPrompts(all, promptsByTag(suite).get('json')!);
  const alone = compare(json).pairs[0]!;
  const among = tags[0]!.pairs[0]!;
  expect(among.p).toBe(alone.p);
  expect(among.p_holm).toBeGreaterThan(alone.p_holm!);
  // Five comparisons (a pair either has no rate on one prompt alone, or has one): 2^(1 − n) ≤ 0.05 ÷ family.
  const family = tags.flatMap(({ pairs }) => pairs).length;
  expect(tags[0]!.neededPrompts).toBe(Math.ceil(1 - Math.log2(0.05 / family)));
});

test('a tag that every prompt has parts nothing, and without tags there is nothing', async () => {
  expect([...promptsByTag(suite).keys()]).toEqual(['json', 'writing', 'rare']);
  expect(byTag(await collected(...rows), { prompts: [prompt('p0')] }, options)).toEqual([]);
});

test('prompts are found by any of some tags, and every unknown one is named', () => {
  expect([...promptsWithTags(suite, ['rare', 'writing'])]).toHaveLength(20);
  expect(() => promptsWithTags(suite, ['jsn', 'json', 'x'])).toThrow(
    /no prompt has the tag "jsn"; did you mean "json"[^]*no prompt has the tag "x"/,
  );
});
