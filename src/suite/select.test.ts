import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../base/user-error.ts';
import { selectSuite, splitIds, type Selection } from './select.ts';
import type { Suite } from './suite.ts';
import { load } from './testing/temp-suite.ts';

let suite: Suite;

beforeAll(async () => {
  suite = await load(`
version: 1
name: small
tags: [nightly]
models:
  - { id: kimi, model: custom-ollama/kimi-k2.6, params: { seed: 1 } }
  - { id: glm, model: custom-ollama/glm-5.2 }
prompts:
  - { id: refund, prompt: x, tags: [json] }
  - { id: faq, prompt: x, tags: [text], matrix: { lang: [de, en], tone: [plain] } }
run: { budget: { requests: 10, usd: 1 }, stop: { when: ci_half_width, metric: ttft_ms, ratio: 0.1, max_repeat: 6 } }
thresholds:
  - { metric: rate(passed), min: 0.9 }
  - { metric: rate(passed), min: 0.9, model: glm }
`);
});

const models = (selection: Selection): string[] => selectSuite(suite, selection).models.map(({ id }) => id);
const prompts = (selection: Selection): string[] => selectSuite(suite, selection).prompts.map(({ id }) => id);

function refusal(selection: Selection): string {
  try {
    selectSuite(suite, selection);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('should have been refused');
}

test('without flags the suite stays as it is', () => {
  expect(selectSuite(suite, {})).toEqual(suite);
});

describe('models', () => {
  test('by id, in the order that was asked for', () => {
    expect(models({ models: ['glm', 'kimi', 'glm'] })).toEqual(['glm', 'kimi']);
  });

  test('an entry with a slash names any model; one that the suite knows keeps its settings', () => {
    const chosen = selectSuite(suite, { models: ['custom-ollama/other', 'custom-ollama/kimi-k2.6'] }).models;
    expect(chosen).toEqual([{ id: 'other', model: 'custom-ollama/other', params: {} }, suite.models[0]]);
  });

  test('thresholds of models that stay away go with them', () => {
    expect(selectSuite(suite, { models: ['kimi'] }).thresholds).toEqual([suite.thresholds[0]]);
    expect(selectSuite(suite, { models: ['glm'] }).thresholds).toEqual(suite.thresholds);
  });

  test('unknown, malformed and equal ones', () => {
    expect(refusal({ models: ['gml'] })).toBe('--models: unknown model "gml"; did you mean "glm"?');
    expect(refusal({ models: ['/x'] })).toBe(
      '--models: "/x": write provider/model, such as custom-ollama/kimi-k2.6',
    );
    expect(refusal({ models: ['a/new', 'b/new'] })).toBe(
      '--models: "a/new" and "b/new" would both be called "new"',
    );
  });
});

describe('prompts', () => {
  test('by id, or all that one entry was written out to', () => {
    expect(prompts({ prompts: ['faq[en,plain]'] })).toEqual(['faq[en,plain]']);
    expect(prompts({ prompts: ['faq[en', 'plain]', 'refund'] })).toEqual(['refund', 'faq[en,plain]']);
    expect(prompts({ prompts: ['faq', 'refund'] })).toEqual(['refund', 'faq[de,plain]', 'faq[en,plain]']);
    expect(refusal({ prompts: ['fag', 'faq[fr,plain]'] })).toBe(
      '--prompts: unknown prompt "fag"; did you mean "faq"?\n--prompts: unknown prompt "faq[fr,plain]"; did you mean "faq[de,plain]"?',
    );
  });

  test('by tag; a tag of the suite means all prompts', () => {
    expect(prompts({ tags: ['json'] })).toEqual(['refund']);
    expect(prompts({ tags: ['nightly', 'json'] })).toHaveLength(3);
    expect(refusal({ tags: ['jsn'] })).toBe('--tags: unknown tag "jsn"; did you mean "json"?');
  });

  test('by both, but not by none', () => {
    expect(prompts({ prompts: ['faq'], tags: ['text'] })).toEqual(['faq[de,plain]', 'faq[en,plain]']);
    expect(refusal({ prompts: ['faq'], tags: ['json'] })).toMatch(/^no prompt is left/);
  });
});

test('numbers win over those of the suite, limits one by one', () => {
  const { run } = selectSuite(suite, {
    repeat: 9,
    warmup: 0,
    concurrency: 8,
    order: 'sequential',
    budget: { usd: 2 },
  });
  expect(run).toMatchObject({ repeat: 9, warmup: 0, concurrency: 8, order: 'sequential' });
  expect(run.budget).toEqual({ requests: 10, usd: 2 });
  expect(run.stop?.maxRepeat).toBe(9);
});

test('all faults are reported at once', () => {
  expect(
    refusal({ repeat: 0, warmup: -1, concurrency: 1.5, models: ['x'], tags: ['y'] }).split('\n'),
  ).toEqual([
    '--models: unknown model "x"; expected kimi or glm',
    '--tags: unknown tag "y"; expected one of nightly, json, text',
    '--repeat: must be at least 1, not 0',
    '--warmup: must be at least 0, not -1',
    '--concurrency: expected a whole number, not 1.5',
  ]);
});

test('a comma within brackets belongs to its id', () => {
  expect(splitIds('faq[de,plain], refund,,x')).toEqual(['faq[de,plain]', 'refund', 'x']);
});
