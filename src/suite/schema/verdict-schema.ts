import { z } from 'zod';
import { gateMetrics, statistics } from '../vocabulary.ts';
import { text, wholeFrom } from './text-schema.ts';

export const threshold = z.strictObject({
  metric: text
    .meta({
      pattern: `^((${statistics.join('|')})\\([a-z0-9_]+\\)|attainment)$`,
      examples: ['p95(e2e_latency_ms)', 'rate(passed)', 'attainment'],
    })
    .describe('a statistic of a column, such as p95(e2e_latency_ms) or rate(passed); attainment of a level'),
  model: text.describe('id of one model; by default, every model').optional(),
  level: z
    .union([text, z.int().min(1)])
    .describe('with attainment: the level, a rate (0.5/s) or a number in flight')
    .optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  strict: z.boolean().default(false).describe('decides on the point estimate instead of the interval'),
});

export const thresholds = z.array(threshold).default([]).describe('limits that a run must keep; exit code 4');

const ratio = z.number().positive();
const share = z.number().positive().max(1);

const rule = z.strictObject({
  max_ratio: ratio.describe('tonight ÷ the last nights, at most').optional(),
  min_ratio: ratio.describe('tonight ÷ the last nights, at least').optional(),
  max_drop: share.describe('for a share, in points: 0.05 is five percent of the requests').optional(),
  max_rise: share.describe('for a share, in points').optional(),
});

const noted: Readonly<Record<string, z.input<typeof rule>>> = {
  e2e_latency_ms: { max_ratio: 1.1 },
  passed: { max_drop: 0.05 },
};

export const gate = z
  .strictObject({
    window: wholeFrom(1, 1000).default(14).describe('nights in the baseline'),
    metrics: z
      .strictObject(Object.fromEntries(gateMetrics.map((name) => [name, rule.optional()])))
      .default(noted),
    confirm: wholeFrom(1, 100).default(2).describe('consecutive nights of alarm that make a failure'),
  })
  .describe('tonight compared with the last nights: gatebench gate');

export type ThresholdSpec = z.output<typeof threshold>;
export type GateSpec = z.output<typeof gate>;
