import { describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { askHash, suiteHash, writeCanonical } from './hash.ts';
import type { Suite } from './suite.ts';
import { load, minimal } from './testing/temp-suite.ts';

function canonical(value: unknown): string {
  let text = '';
  writeCanonical(value, (piece) => (text += piece));
  return text;
}

test('canonical JSON has sorted keys, no blanks and no absent values', () => {
  const value = { b: [1, undefined, null], a: { é: 'x\n', Z: true, gone: undefined }, c: 1e21 };
  expect(canonical(value)).toBe('{"a":{"Z":true,"é":"x\\n"},"b":[1,null,null],"c":1e+21}');
});

test('it is the SHA-256 of the canonical JSON without run, thresholds and gate', async () => {
  const suite = await load(minimal());
  expect(suiteHash(suite)).toBe(
    createHash('sha256')
      .update(canonical({ ...suite, run: undefined, thresholds: undefined, gate: undefined }))
      .digest('hex'),
  );
  expect(suiteHash(suite)).toMatch(/^[0-9a-f]{64}$/);
});

test('the order of keys, comments, anchors and files make no difference', async () => {
  const one = await load(minimal('prompts: [{ id: a, prompt: Hello, params: { x: 1, y: 2 } }]'));
  const other = await load(
    'prompts:\n  - &p # the only one\n    params: { y: 2, x: 1 }\n    prompt: { file: a.md }\n    id: a\nmodels: [custom-ollama/one]\nname: small\nversion: 1',
    { 'a.md': 'Hello\r\n' },
  );
  expect(suiteHash(other)).toBe(suiteHash(one));
});

test('how it is run and gated makes no difference, what it asks does', async () => {
  const base = await load(minimal());
  const hash = suiteHash(base);
  const change = (part: Partial<Suite>): string => suiteHash({ ...base, ...part });
  const threshold = {
    metric: 'rate(passed)',
    statistic: 'rate',
    column: 'passed',
    min: 1,
    strict: false,
    line: 9,
  } as const;
  expect(change({ run: { ...base.run, repeat: 9 }, thresholds: [threshold] })).toBe(hash);
  expect(change({ gate: { window: 1, metrics: {}, confirm: 1 } })).toBe(hash);
  expect(change({ run: { ...base.run, salt: 'none' } })).toBe(hash);
  expect(change({ run: { ...base.run, salt: 'prefix' } })).not.toBe(hash);
  expect(change({ prompts: [{ ...base.prompts[0]!, params: { seed: 1 } }] })).not.toBe(hash);
  expect(change({ models: [...base.models, ...base.models] })).not.toBe(hash);
  expect(change({ tags: ['x'] })).not.toBe(hash);
});

describe('what is asked of whom', () => {
  const suite = minimal(
    "gateway: { headers: { x-a: b } }\nprompts: [{ id: a, prompt: 'Hello {{x}}', vars: { x: you }, params: { seed: 1 } }]",
  );

  test.each<[string, (text: string) => string]>([
    ['a check', (text) => text.replace('id: a,', 'id: a, checks: [{ type: not-empty }],')],
    ['a tag of a prompt', (text) => text.replace('id: a,', 'id: a, tags: [t],')],
    ['a tag of the suite', (text) => `${text}tags: [t]\n`],
    ['a threshold', (text) => `${text}thresholds: [{ metric: p95(ttft_ms), max: 9 }]\n`],
    ['a rule of the gate', (text) => `${text}gate: { confirm: 3 }\n`],
    ['the run', (text) => `${text}run: { repeat: 9 }\n`],
    ['its name', (text) => text.replace('small', 'large')],
    ['its description', (text) => `${text}description: d\n`],
    [
      'a price',
      (text) =>
        text.replace('custom-ollama/one', '{ model: custom-ollama/one, price: { input: 1, output: 2 } }'),
    ],
    ['where a text comes from', (text) => text.replace("'Hello {{x}}'", '"Hello you"')],
  ])('%s does not change it', async (_, change) => {
    const [before, after] = [suite, change(suite)];
    expect(after).not.toBe(before);
    expect(askHash(await load(after))).toBe(askHash(await load(before)));
  });

  test.each<[string, (text: string) => string]>([
    ['a word of a prompt', (text) => text.replace('Hello', 'Hi')],
    ['a value', (text) => text.replace('you', 'me')],
    ['a system message', (text) => text.replace('id: a,', 'id: a, system: s,')],
    ['params of a prompt', (text) => text.replace('seed: 1', 'seed: 2')],
    [
      'params of a model',
      (text) => text.replace('custom-ollama/one', '{ model: custom-ollama/one, params: { n: 1 } }'),
    ],
    ['a model', (text) => text.replace('/one', '/two')],
    ['one more prompt', (text) => text.replace(/\]\n$/, ', { id: b, prompt: x }]\n')],
    ['a salt', (text) => `${text}run: { salt: prefix }\n`],
    ['a header', (text) => text.replace('x-a: b', 'x-a: c')],
  ])('%s changes it, and the hash of the suite too', async (_, change) => {
    const [before, after] = [await load(suite), await load(change(suite))];
    expect(askHash(after)).not.toBe(askHash(before));
    expect(suiteHash(after)).not.toBe(suiteHash(before));
  });
});
