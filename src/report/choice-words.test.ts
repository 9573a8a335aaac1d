import { describe, expect, test } from 'vitest';
import type { Candidate, Choice } from '../analysis/choice.ts';
import type { LimitResult } from '../analysis/need-limit.ts';
import type { Need, NeedLimit } from '../suite/suite.ts';
import { candidateLine, choiceSentence, needText } from './choice-words.ts';
import { firstLine } from './first-line.ts';
import { lead, run, summary } from './testing/sample-reports.ts';

const passing: NeedLimit = { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.8 };
const correct: NeedLimit = { metric: 'rate(correct)', criterion: 'correct', min: 0.8 };
const need: Need = { limits: [passing], then: { by: 'cheapest' } };
const names = { named: (label: string) => label, figuresOf: () => ' (1.2 s)' };

const kept: LimitResult = {
  limit: passing,
  verdict: 'kept',
  point: 0.95,
  low: 0.9,
  high: 0.98,
  basis: 'checks',
};
const open: LimitResult = { ...kept, verdict: 'open', point: 0.83, low: 0.78, high: 0.88, morePrompts: 60 };
const broken: LimitResult = { ...kept, verdict: 'broken', point: 0.4, low: 0.3, high: 0.5 };
const judged: LimitResult = {
  limit: correct,
  verdict: 'open',
  point: 0.95,
  low: 0.9,
  high: 0.98,
  basis: 'judge',
  moreLabels: 30,
  reason: 'a judge alone, unchecked',
};

const candidate = (model: string, decisive: LimitResult, worth: number): Candidate => ({
  model,
  word: decisive.verdict === 'kept' ? 'surely' : decisive.verdict === 'open' ? 'open' : 'out',
  limits: [decisive],
  worth,
  ...(decisive.verdict === 'kept' ? {} : { decisive }),
});

const choice = (candidates: Candidate[], cells: Partial<Choice> = {}): Choice => ({
  need,
  candidates,
  ...cells,
});
const glm = candidate('glm', kept, 0.3);
const dear = candidate('dear', kept, 0.9);
const kimi = candidate('kimi', open, 0.1);
const swift = candidate('swift', broken, 0.05);

test('the first of those that surely do is named, with the rival that is still open', () => {
  expect(
    choiceSentence(choice([swift, kimi, glm, dear], { lead: lead('cost_usd', ['glm'], 2) }), names),
  ).toBe(
    'glm is the cheapest that is surely good enough (1.2 s); kimi costs 0.33× as much and is open on the pass rate (78 % – 88 %, 60 more prompts)',
  );
});

test.each<[string, Choice, string]>([
  [
    'one alone',
    choice([glm], { lead: lead('cost_usd', ['glm'], 1) }),
    'glm is the only one that is surely good enough (1.2 s)',
  ],
  [
    'an order that is open',
    choice([glm, dear], { lead: lead('cost_usd', ['glm', 'dear'], 2, { morePrompts: 9 }) }),
    'glm and dear are surely good enough; which is cheapest is open (9 more prompts would probably settle it)',
  ],
  [
    'equals',
    choice([glm, dear], { lead: lead('cost_usd', ['glm', 'dear'], 2, { isEqual: true }) }),
    'glm and dear are surely good enough and cost the same',
  ],
  [
    'no order',
    choice([glm, dear], { need: { ...need, then: { by: 'best', of: 'correct' } } }),
    'glm and dear are surely good enough; which has the highest rate(correct) is not compared',
  ],
])('%s', (_, one, text) => {
  expect(choiceSentence(one, names)).toBe(text);
});

describe('no model is named if none surely meets the need', () => {
  test.each<[string, Candidate[], string]>([
    [
      'some are open',
      [kimi, swift, candidate('other', { ...open, morePrompts: 20 }, 1)],
      'nothing is sure: of 3 models, none is surely good enough; 2 may be (20 more prompts would probably settle one of them), 1 surely is not',
    ],
    [
      'a judge alone',
      [candidate('it', judged, 1)],
      'nothing is sure: of 1 model, none is surely good enough; 1 may be (30 labels by people for each would let the judge count)',
    ],
    [
      'all are out',
      [swift, { ...swift, model: 'b' }],
      'no model is good enough: all 2 models surely miss a limit',
    ],
    ['the only one is out', [swift], 'the model is not good enough: it surely misses a limit'],
    ['nothing was asked', [], 'nothing is sure: no model has a measured request'],
  ])('%s', (_, candidates, text) => {
    expect(choiceSentence(choice(candidates), names)).toBe(text);
  });
});

test('each list says the limit that decides, and what would settle it', () => {
  const { named } = names;
  expect(candidateLine(glm, named)).toBe('✓ surely: glm: rate(passed) 95 % (90 % – 98 %)');
  expect(candidateLine(kimi, named)).toBe(
    '· open: kimi: rate(passed) 83 % (78 % – 88 %), needs at least 80 %; 60 more prompts would probably settle it',
  );
  expect(candidateLine(swift, named)).toBe(
    '✗ out: swift: rate(passed) 40 % (30 % – 50 %), needs at least 80 %',
  );
  expect(candidateLine(candidate('it', judged, 1), named)).toBe(
    '· open: it: rate(correct) 95 % (90 % – 98 %) by judge, a judge alone, unchecked, needs at least 80 %; 30 more labels by people would let the judge count',
  );
});

test('the need is given in the words of the suite', () => {
  const limits: NeedLimit[] = [
    passing,
    { metric: 'geomean(e2e_latency_ms)', statistic: 'geomean', column: 'e2e_latency_ms', max: 4000 },
    { metric: 'mean(cost_usd)', statistic: 'mean', column: 'cost_usd', max: 0.002 },
  ];
  expect(needText({ limits, then: { by: 'fastest' } })).toMatch(
    /^The job needs rate\(passed\) at least 80 %, geomean\(e2e_latency_ms\) at most 4 s and mean\(cost_usd\) at most \$0\.002; then the fastest\./,
  );
});

test('the choice is the first line where there is a need; without a limit on quality it says why not', () => {
  const report = {
    run: run({ routes: ['compat'] }),
    models: [summary('glm'), summary('dear')],
    pairs: [],
    warnings: [],
    leads: [{ leads: [lead('e2e_latency_ms', ['glm'], 2)] }],
  };
  const one = choice([glm, dear], { lead: lead('cost_usd', ['glm'], 2) });
  expect(firstLine({ ...report, choices: [one] })).toMatch(/^glm is the cheapest that is surely good enough/);
  expect(firstLine({ ...report, choices: [{ ...one, withheld: 'no quality limit' }] })).toMatch(
    /^glm is the fastest .*; quality\.need sets no limit on quality, so nothing is chosen\.$/,
  );
});
