import type { Lead, LeadMetric } from '../../analysis/leads.ts';
import type { ModelSummary, PairRow, PairVerdict } from '../../analysis/summary-columns.ts';
import type { Report, RunFacts } from '../run-report.ts';

/** A model with only the given figures measured. */
export function summary(model: string, figures: Partial<ModelSummary> = {}): ModelSummary {
  const row: Partial<ModelSummary> = {
    run_id: '20261122T031700Z-abcdef',
    suite: 'smoke',
    route: 'demo',
    model,
    model_id: `custom-ollama/${model}`,
    prompts: 6,
    requests: 12,
    successes: 12,
    error_rate: 0,
    rate_limited: 0,
    ...figures,
  };
  return row as ModelSummary;
}

export function run(facts: Partial<RunFacts> = {}): RunFacts {
  return {
    run_id: '20261122T031700Z-abcdef',
    suite: 'smoke',
    suite_hash: '3f6f0c9a4e0b7d51c2',
    routes: ['demo'],
    status: 'complete',
    started_at: '2026-11-22T03:17:00.000Z',
    ended_at: '2026-11-22T03:17:12.345Z',
    seed: 42,
    order: 'blocks',
    prompts: 6,
    repeats: 2,
    requests_planned: 48,
    requests_done: 48,
    requests_failed: 0,
    success_floor: 0.95,
    versions: { gatebench: '0.1.0', openai: '7.57.0', node: '24.21.0' },
    ...facts,
  };
}

/** Latencies of a streamed model, from its geometric means and their spread. */
export function latencies(ttft: number, e2e: number, spread: number): Partial<ModelSummary> {
  return {
    ttft_ms_geomean: ttft,
    ttft_ms_p50: ttft * 0.97,
    ttft_ms_p95: ttft * spread,
    ttfat_ms_geomean: ttft * 1.1,
    e2e_latency_ms_geomean: e2e,
    e2e_latency_ms_geomean_ci_low: e2e * 0.86,
    e2e_latency_ms_geomean_ci_high: e2e * 1.16,
    e2e_latency_ms_p50: e2e * 0.98,
    e2e_latency_ms_p95: e2e * spread,
  };
}

/** b against a, in whole answers; its other cells are empty. */
export function pair(
  a: string,
  b: string,
  verdict: PairVerdict,
  ratio: number,
  cells: Partial<PairRow> = {},
): PairRow {
  const row: Partial<PairRow> = {
    metric: 'e2e_latency_ms',
    model_a: a,
    model_b: b,
    prompts: 6,
    ratio,
    ci_low: ratio * 0.9,
    ci_high: ratio * 1.1,
    verdict,
    ...cells,
  };
  return row as PairRow;
}

/** Leader on a metric. */
export const lead = (
  metric: LeadMetric,
  models: readonly string[],
  among: number,
  more: Partial<Lead<LeadMetric>> = {},
): Lead<LeadMetric> => ({ metric, models, among, isEqual: false, ...more });

/** A typical run. */
export const usual: Report = {
  run: run({
    suite: 'support-triage',
    description: 'Which model should answer support mail?',
    routes: ['compat'],
    requests_failed: 1,
  }),
  models: [
    summary('glm', {
      ...latencies(388, 1210, 1.6),
      pass_rate: 1,
      output_tps: 121.7,
      tokens_per_request: 184.2,
      cost_per_1k_requests_usd: 0.334,
    }),
    summary('kimi-k2.6', {
      ...latencies(412, 1840, 2.1),
      pass_rate: 0.916667,
      output_tps: 88.4,
      tokens_per_request: 412.3,
      cost_per_1k_requests_usd: 0.812,
    }),
    summary('deepseek', {
      ...latencies(640, 4230, 3.4),
      ttfat_ms_geomean: 2210,
      pass_rate: 0.833333,
      successes: 11,
      error_rate: 1 / 12,
      output_tps: 74.1,
      tokens_per_request: 1204.9,
      cost_per_1k_requests_usd: 2.41,
    }),
  ],
  pairs: [
    pair('kimi-k2.6', 'glm', 'not settled', 0.9, { more_prompts: 34 }),
    pair('kimi-k2.6', 'deepseek', 'slower', 2.3),
    pair('glm', 'deepseek', 'slower', 3.5),
  ],
  leads: [
    {
      leads: [
        lead('e2e_latency_ms', ['glm', 'kimi-k2.6'], 2, { morePrompts: 34 }),
        lead('passed', ['glm', 'kimi-k2.6'], 2),
        lead('cost_usd', ['glm'], 2),
      ],
    },
  ],
  failedChecks: [
    {
      model: 'deepseek',
      route: 'compat',
      check: 'contains',
      answers: 2,
      checked: 11,
      undecided: 0,
      prompt_id: 'refund',
      why: '"14 days" is not in "Soon."',
    },
  ],
  warnings: ['glm: 12 requests are too few for a p95 (20 are needed). Raise run.repeat.'],
};

/** Everything that has broken a table before: a comma, quotes, a formula, a pipe, line breaks, escapes, wide names. */
export const awkward: Report = {
  run: run({
    suite: 'smoke, "quoted" | 日本語',
    description: 'Line one\nline two with `ticks`, <b>markup</b> and @everyone',
    status: 'interrupted',
    requests_planned: 96,
    requests_done: 83,
    requests_failed: 13,
    seed: 'seed "with, comma"',
  }),
  models: [
    summary('=cmd|calc, "x"\nsecond line', {
      ...latencies(41.3, 312, 1.7),
      pass_rate: 1,
      output_tps: 121.26,
    }),
    summary('通义千问-超长模型名称-预览版本-2026', {
      ...latencies(388, 18400, 1.9),
      pass_rate: 0.5,
      tokens_per_request: 12345.6,
      cost_per_1k_requests_usd: 0.0412,
      invalid_share: 0.25,
    }),
    summary('🚀 rocket 👩‍💻 \u001b[31mred\u001b[0m', {
      ...latencies(95, 900, 4),
      successes: 11,
      error_rate: 1 / 12,
      e2e_latency_ms_p95: 60000,
      lower_bounds: ['e2e_latency_ms_p95'],
    }),
    summary('never-answers', { successes: 0, error_rate: 1, rate_limited: 12 }),
    summary('nothing-asked', { prompts: 0, requests: 0, successes: 0, error_rate: undefined as never }),
  ],
  pairs: [],
  failedChecks: [
    {
      model: '通义千问-超长模型名称-预览版本-2026',
      route: 'demo',
      check: 'not-matches',
      answers: 6,
      checked: 12,
      undecided: 6,
      prompt_id: '=faq|"de"\n[1]',
      why: 'nothing to extract: /<b>(.*)|`x`/ is not in "\u001b[31m@everyone | 日本語"',
    },
  ],
  warnings: [
    'never-answers: every request failed (429 | rate limited, "slow down"). See error_message in requests.csv.',
    'The clock of this machine was not proven\nfor this run. Run gatebench calibrate.',
  ],
};

/** A run that was killed before its first answer. */
export const empty: Report = { run: run({ requests_done: 0 }), models: [], pairs: [], warnings: [] };
