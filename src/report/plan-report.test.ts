import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { renderPlan } from './plan-report.ts';
import { plan } from './testing/sample-plan.ts';

test('a plan shows requests, tokens, cost, time, budget and what it could settle', async () => {
  await expect(renderPlan(plan, { columns: 80, color: false })).toMatchFileSnapshot('golden/plan-80.txt');
});

test('it fits the terminal and has no escape codes when color is off', () => {
  for (const columns of [72, 80, 100, 140]) {
    for (const line of renderPlan(plan, { columns, color: true }).split('\n'))
      expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
    expect(renderPlan(plan, { columns, color: false })).not.toContain('\u001b');
  }
});

test('a plan for the demo route says that it is simulated, and for several routes shows them', () => {
  expect(renderPlan({ ...plan, routes: ['demo'] }, { columns: 80, color: false })).toContain('SIMULATED');
  const both = renderPlan({ ...plan, routes: ['compat', 'direct'] }, { columns: 100, color: false });
  expect(both).toMatch(/^model +route +measured/m);
});

test('a sum that lacks a model is only a lower bound', () => {
  const priced = { ...plan, models: plan.models.slice(0, 1) };
  expect(renderPlan(plan, { columns: 80, color: false })).toMatch(/^all .*≥ 6\.84k +≥ \$0\.0021$/m);
  expect(renderPlan(priced, { columns: 80, color: false })).toMatch(
    /^all .* 6\.84k – 117k +\$0\.0021 – \$0\.128$/m,
  );
});

test('without budget, prices and minutes nothing is made up', () => {
  const bare = {
    ...plan,
    budget: [],
    models: plan.models.slice(2),
    totals: { requests: 54, warmup_requests: 1 },
    warnings: [],
  };
  const text = renderPlan(bare, { columns: 80, color: false });
  expect(text).not.toMatch(/budget|min\b/);
  expect(text).toMatch(/^all +54 +1 +– +–$/m);
});

test('each judge has a row of its own, and what is not known of it is empty', () => {
  const judges = [
    { judge: 'gemma', model: 'g', route: 'compat', calls: 108, tokens: { low: 1200, high: 3400 } },
    { judge: 'oss', model: 'o', route: 'direct', calls: 1200 },
  ];
  const text = renderPlan({ ...plan, judging: { judges, budget: [] } }, { columns: 80, color: false });
  expect(text).toMatch(/^ +calls +tokens +cost$\n^judged by +route +to it +low – high +low – high$/m);
  expect(text).toMatch(/^gemma +compat +108 +1\.2k – 3\.4k +–$\n^oss +direct +1,200 +– +–$/m);
});

test('a need says how many prompts its limits take, and how many there are', () => {
  const limit = { metric: 'rate(passed)', statistic: 'rate', column: 'passed', min: 0.9 } as const;
  const text = (floor: object): string =>
    renderPlan(
      { ...plan, need: [{ limit, prompts: 20, at: 0.95, ...floor }] },
      { columns: 80, color: false },
    ).replace(/\s+/g, ' ');
  expect(text({ needed: 42, likely: 230 })).toContain(
    'rate(passed) at least 90 %: even a flawless model surely keeps that only from 42 prompts on; the suite has 20. ' +
      'A model whose true rate is 95 % needs about 230.',
  );
  expect(text({})).toContain('no number of prompts makes a model surely keep that.');
});
