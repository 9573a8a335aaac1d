import { describe, expect, test } from 'vitest';
import type { Lead, LeadMetric, Leads } from '../analysis/leads.ts';
import { firstLine } from './first-line.ts';
import type { Report } from './run-report.ts';
import { awkward, empty, latencies, lead, run, summary } from './testing/sample-reports.ts';

const models = [
  summary('swift', { ...latencies(40, 312, 2), pass_rate: 0.8, cost_per_1k_requests_usd: 0.5 }),
  summary('glm', { ...latencies(80, 640, 2), pass_rate: 0.9, cost_per_1k_requests_usd: 0.4 }),
  summary('kimi', { ...latencies(90, 700, 2), pass_rate: 0.98, cost_per_1k_requests_usd: 0.3 }),
];
const all = models.map(({ model }) => model);

const report = (leads: readonly Lead<LeadMetric>[], facts: Partial<Report> = {}): Report => ({
  run: run({ routes: ['compat'] }),
  models,
  pairs: [],
  warnings: [],
  leads: [{ leads }],
  ...facts,
});

test('who leads is named with speed, pass rate and cost together', () => {
  const leads = [
    lead('e2e_latency_ms', ['swift'], 3),
    lead('passed', ['kimi'], 3),
    lead('cost_usd', ['kimi'], 3),
  ];
  expect(firstLine(report(leads))).toBe(
    'swift is the fastest (312 ms, 80 % passed, $0.50 per 1,000 requests); ' +
      'kimi passes the most and costs the least (700 ms, 98 % passed, $0.30 per 1,000 requests).',
  );
});

test('one that leads in everything is named once', () => {
  const leads = (['e2e_latency_ms', 'passed', 'cost_usd'] as const).map((metric) =>
    lead(metric, ['swift'], 3),
  );
  expect(firstLine(report(leads))).toBe(
    'swift is the fastest, passes the most and costs the least (312 ms, 80 % passed, $0.50 per 1,000 requests).',
  );
});

describe('what is open is called open', () => {
  test.each<[string, Lead<LeadMetric>[], string]>([
    [
      'for one metric',
      [lead('e2e_latency_ms', ['swift'], 3), lead('passed', all, 3, { morePrompts: 12 })],
      'swift is the fastest (312 ms, 80 % passed, $0.50 per 1,000 requests); which passes the most is open (12 more prompts would probably settle it).',
    ],
    [
      'for some of the models',
      [lead('passed', ['kimi', 'glm'], 3, { morePrompts: 1 })],
      'One of kimi and glm passes the most (1 more prompt would probably settle it).',
    ],
    [
      'without a remedy where no number of prompts is known',
      [lead('e2e_latency_ms', all, 3, { morePrompts: 9 }), lead('passed', all, 3)],
      'Nothing is sure: which is fastest and which passes the most are open.',
    ],
  ])('%s', (_, leads, text) => {
    expect(firstLine(report(leads))).toBe(text);
  });

  test('models that are equal are known to be', () => {
    expect(firstLine(report([lead('passed', all, 3, { isEqual: true })]))).toBe('All pass equally often.');
    expect(firstLine(report([lead('passed', ['kimi', 'glm'], 3, { isEqual: true })]))).toBe(
      'kimi and glm pass equally often, ahead of the others.',
    );
  });
});

describe('no model is named if nothing is sure', () => {
  const open = (['e2e_latency_ms', 'passed', 'cost_usd'] as const).map((metric) =>
    lead(metric, all, 3, { morePrompts: 40 }),
  );
  test.each<[string, Report]>([
    ['everything is open', report(open)],
    [
      'the models did not take turns',
      report(open, { run: run({ routes: ['compat'], order: 'sequential' }) }),
    ],
    ['no model answered often enough', report([])],
    ['nothing was measured', { ...empty, run: run({ routes: ['compat'] }) }],
    ['nobody compared', { ...awkward, run: run({ routes: ['compat'] }) }],
  ])('%s', (_, one) => {
    const line = firstLine(one);
    expect(line).toMatch(/^Nothing is sure: [^;]*\.$/);
    for (const { model } of one.models) expect(line).not.toContain(model);
  });
});

test('a model without a rival is not a choice', () => {
  expect(firstLine(report([lead('e2e_latency_ms', ['swift'], 1)]))).toMatch(
    /^Nothing to choose: swift \(312 ms, .*\) is the only model that answered often enough\.$/,
  );
});

test('a cost that only one model has makes no model the cheapest', () => {
  const leads = [lead('e2e_latency_ms', ['swift'], 3), lead('cost_usd', ['swift'], 1)];
  expect(firstLine(report(leads))).not.toContain('costs the least');
});

test('each route has its own part of the sentence, and names without the route', () => {
  const leads: Leads[] = ['compat', 'direct'].map((route) => ({
    route,
    leads: [lead('e2e_latency_ms', [`swift@${route}`], 3)],
  }));
  const routed = models.flatMap((model) => ['compat', 'direct'].map((route) => ({ ...model, route })));
  const line = firstLine(report([], { leads, models: routed, run: run({ routes: ['compat', 'direct'] }) }));
  expect(line).toMatch(/^compat: swift is the fastest \(312 ms, .*\); direct: swift is the fastest \(312 ms/);
});

test('simulated models are called that', () => {
  expect(firstLine({ ...empty })).toMatch(/^Simulated models: nothing is sure/);
});
