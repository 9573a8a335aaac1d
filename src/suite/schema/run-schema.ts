import { z } from 'zod';
import { stopMetrics } from '../vocabulary.ts';
import { milliseconds, wholeFrom } from './text-schema.ts';

/** Defaults. A total in the suite may be shorter, and then caps the others. */
export const defaultTimeouts = {
  connect_ms: 10_000,
  first_token_ms: 60_000,
  idle_ms: 30_000,
  total_ms: 300_000,
};

const timeout = (name: keyof typeof defaultTimeouts, what: string) =>
  milliseconds.describe(what).meta({ default: defaultTimeouts[name] }).optional();

const timeouts = z.strictObject({
  connect_ms: timeout('connect_ms', 'until the connection is open'),
  first_token_ms: timeout('first_token_ms', 'until the first piece of reasoning or answer'),
  idle_ms: timeout('idle_ms', 'longest silence between data frames'),
  total_ms: timeout('total_ms', 'until the answer is complete'),
});

const wait = wholeFrom(0, 3_600_000);

const retry = z.strictObject({
  max: wholeFrom(0, 20).default(2).describe('attempts after the first'),
  backoff_ms: z.tuple([wait, wait]).default([1000, 30_000]).describe('first and longest back-off'),
  max_wait_ms: wait.default(60_000).describe('longest wait that a server may ask for'),
  outage_ms: wait
    .optional()
    .describe(
      'how long to wait for a server that is away or busy before the run ends as interrupted; 60000, or 0 with max: 0',
    ),
});

const budget = z
  .strictObject({
    requests: z.int().min(1).optional(),
    tokens: z.int().min(1).optional(),
    usd: z.number().positive().optional(),
    minutes: z.number().positive().max(100_000).optional(),
  })
  .describe('upper limits of a run; sending stops when one is reached');

const stop = z
  .strictObject({
    when: z.literal('ci_half_width'),
    metric: z.enum(stopMetrics as [string, ...string[]]).describe('the metric whose interval is watched'),
    ratio: z.number().positive().max(1).describe('half of the interval, as a share of the value'),
    max_repeat: wholeFrom(1, 10_000).describe('maximum number of repeats'),
  })
  .describe('adds repeats until the interval is narrow enough');

export const repeat = wholeFrom(1, 10_000);
export const warmup = wholeFrom(0, 1000);
export const concurrency = wholeFrom(1, 10_000);
export const order = z.enum(['blocks', 'sequential']);
export const salt = z.enum(['none', 'prefix', 'suffix']);

export const run = z
  .strictObject({
    repeat: repeat.default(3).describe('how often each prompt is sent to each model'),
    warmup: warmup.default(1).describe('blocks that are recorded but never analyzed'),
    order: order
      .default('blocks')
      .describe('blocks: all models of a prompt together, in random order. sequential: no verdicts'),
    concurrency: concurrency.default(3).describe('requests in flight, all models together'),
    timeouts: timeouts.prefault({}),
    retry: retry.prefault({}),
    budget: budget.default({}),
    salt: salt
      .default('none')
      .describe(
        "a fresh token in each request, against the server's prompt cache. prefix: before the system prompt; suffix: after it",
      ),
    answers: z.enum(['full', 'preview', 'none']).default('full').describe('how much of the answers to store'),
    max_error_rate: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('the run counts as incomplete above this share of failed requests'),
    stop: stop.optional(),
  })
  .describe('how the suite is sent');

export type RunSpec = z.output<typeof run>;
