import type { PlanFacts } from '../plan-report.ts';

/** A plan with a priced model, an unpriced one and a name that is too long. */
export const plan: PlanFacts = {
  suite: 'support-triage',
  description: 'Which model should answer support mail?',
  suite_hash: '3f6f0c9a4e0b7d51c2',
  routes: ['compat'],
  prompts: 18,
  repeats: 3,
  warmup_blocks: 1,
  order: 'blocks',
  concurrency: 3,
  seed: 42,
  models: [
    {
      model: 'kimi-k2.6',
      route: 'compat',
      requests: 54,
      warmup_requests: 1,
      tokens: { low: 3420, high: 58_400 },
      cost_usd: { low: 0.0021, high: 0.128 },
    },
    {
      model: '通义千问-超长模型名称-预览版本-2026-with-a-very-long-tail',
      route: 'compat',
      requests: 54,
      warmup_requests: 1,
      tokens: { low: 3420, high: 58_400 },
    },
    { model: 'deepseek', route: 'compat', requests: 54, warmup_requests: 1 },
  ],
  totals: {
    requests: 162,
    warmup_requests: 3,
    tokens: { low: 6840, high: 116_800 },
    cost_usd: { low: 0.0021, high: 0.128 },
    minutes: { low: 2.25, high: 14 },
  },
  budget: [
    { limit: 'requests', allowed: 500, needed: { low: 165, high: 165 } },
    { limit: 'tokens', allowed: 100_000, needed: { low: 6840, high: 116_800 } },
    { limit: 'usd', allowed: 0.001, needed: { low: 0.0021, high: 0.128 } },
    { limit: 'minutes', allowed: 45 },
  ],
  smallest_difference:
    'Could settle a difference of 1.18 times or more with 80 % power, from assumed variances; 20 more prompts would make it 1.12.',
  warnings: ['deepseek has no max_tokens: its cost has no upper end. Set defaults.params.max_tokens.'],
};
