import { expect, test } from 'vitest';
import { load } from '../suite/testing/temp-suite.ts';
import { judgeWarnings, planJudging } from './judging-plan.ts';

const suiteOf = (
  rest: string,
  models = '[custom-ollama/a, custom-ollama/b, custom-ollama/c]',
): string => `version: 1
name: small
models: ${models}
defaults: { criteria: [correct] }
prompts: [{ id: p, prompt: Hello, criteria: [better] }, { id: q, prompt: Hello }]
${rest}
`;
const quality = (judge: string, more = ''): string => `quality:
  judges: [${judge}]
  criteria: [{ id: correct, ask: 'Right?' }, { id: better, prefer: 'Which?'${more} }]
run: { repeat: 2 }`;

test('each answer is one call, each pair two, on each route', async () => {
  const suite = await load(suiteOf(quality('{ id: j, model: custom-ollama/j }')));
  // Two prompts × two repeats × three answers, and one prompt × two repeats × three pairs × two orders.
  expect(planJudging(suite, ['compat'])).toEqual([
    { judge: 'j', model: 'custom-ollama/j', route: 'compat', calls: 12 + 12 },
  ]);
  expect(planJudging(suite, ['compat', 'direct'])[0]!.calls).toBe(48);
  const one = await load(suiteOf(quality('{ id: j, model: custom-ollama/j }', ', against: b')));
  expect(planJudging(one, ['compat'])[0]!.calls).toBe(12 + 8);
});

test('tokens and cost are given if everything that is read and written is limited', async () => {
  const judge =
    '{ id: j, model: custom-ollama/j, params: { max_tokens: 100 }, price: { input: 1, output: 2 } }';
  const bounded = suiteOf(quality(judge)).replace(
    'criteria: [correct] }',
    'criteria: [correct], params: { max_tokens: 50 } }',
  );
  const [planned] = planJudging(await load(bounded), ['demo']);
  expect(planned!.tokens!.low).toBeGreaterThan(24);
  // An answer of 50 tokens is read at least once per call, and up to 100 tokens are written.
  expect(planned!.tokens!.high).toBeGreaterThan(24 * 150);
  expect(planned!.cost_usd!.high).toBeGreaterThan((24 * 200) / 1e6);
  expect(planJudging(await load(suiteOf(quality(judge))), ['demo'])[0]!.tokens).toBeUndefined();
});

test('a judge that is a contestant, or of its family, is named', async () => {
  const models = '[custom-ollama/kimi-k2.6, { id: mine, model: custom-ollama/glm-5.2 }]';
  const judge = '{ id: j, model: custom-ollama/glm-5.2 }, { id: k, model: custom-other/kimi-k3 }';
  const suite = await load(suiteOf(quality(judge), models));
  expect(judgeWarnings(suite).slice(0, 2)).toEqual([
    'Judge j judges itself: it is the model mine. Models favor their own answers.',
    'Judge k has the same family name as kimi-k2.6. It may favor its own kind.',
  ]);
});
