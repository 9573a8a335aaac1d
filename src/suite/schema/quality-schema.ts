import { z } from 'zod';
import { modelId, modelName, params, price } from './model-schema.ts';
import { text, wholeFrom } from './text-schema.ts';

/** Used in `rate(…)`, in CSV cells and on the command line. */
const criterionId = z
  .string()
  .max(60)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'use letters, digits, "_" and "-", beginning with a letter');

/** An answer that a judge or a person may give. One word, so that it can be read without guessing. */
const verdictWord = z
  .string()
  .max(30)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a verdict is one word of letters, digits, "_" and "-"');

const judge = z.strictObject({
  id: modelId.describe('short name for tables; by default, the last part of the name').optional(),
  model: modelName,
  route: text.describe("route to it; by default, the run's").optional(),
  params: params.optional(),
  reply: z
    .enum(['line', 'json'])
    .default('line')
    .describe('line: VERDICT: word as its last line. json: response_format, where the model takes it'),
  concurrency: wholeFrom(1, 10_000).default(1).describe('requests in flight'),
  price: price.optional(),
});

/** People can still distinguish this many options, and a few labels are enough to correct them. */
const mostVerdicts = 5;

const verdicts = z
  .record(verdictWord, z.number().min(0).max(1))
  .refine(
    (words) => Object.keys(words).length >= 2 && Object.keys(words).length <= mostVerdicts,
    `needs two to ${mostVerdicts} words`,
  )
  .refine(
    (words) =>
      new Set(Object.keys(words).map((word) => word.toLowerCase())).size === Object.keys(words).length,
    'has the same word twice',
  )
  .describe('the words to choose from, each with its score from 0 to 1; by default yes and no');

export const shownParts = ['conversation', 'system', 'answer', 'tool_calls'] as const;

const criterion = z.strictObject({
  id: criterionId,
  ask: text.describe('one question about one answer').optional(),
  prefer: text.describe('one question about two answers: which is better?').optional(),
  verdicts: verdicts.optional(),
  reference: text.describe('what a right answer says; {{name}} is filled in for each prompt').optional(),
  show: z
    .array(z.enum(shownParts))
    .min(1)
    .default(['conversation', 'answer'])
    .describe('what judges and people see'),
  against: text.describe('prefer: all, or the id of the one model to compare the others with').optional(),
});

const limit = z.strictObject({
  metric: text.describe(
    'rate(passed), rate(CRITERION), or a statistic of a column, such as geomean(e2e_latency_ms)',
  ),
  min: z.number().optional(),
  max: z.number().optional(),
});

const need = z
  .strictObject({
    limits: z.array(limit).min(1).describe('what is good enough, fast enough and cheap enough'),
    then: text
      .meta({ examples: ['cheapest', 'fastest', 'best(passed)'] })
      .default('cheapest')
      .describe('which of those to choose: cheapest, fastest, best(passed) or best(CRITERION)'),
  })
  .describe('what the job needs: gatebench choose');

export const quality = z
  .strictObject({
    judges: z.array(judge).default([]).describe('models that judge answers; there is no default'),
    criteria: z.array(criterion).default([]).describe('questions that judges and people answer'),
    budget: z
      .strictObject({
        requests: z.int().min(1).optional(),
        tokens: z.int().min(1).optional(),
        usd: z.number().positive().optional(),
      })
      .default({})
      .describe('upper limits for judging a run'),
    need: need.optional(),
  })
  .describe('how good the answers are, beyond what checks can show');

/** Ids of criteria, in the defaults or in a prompt. */
export const criteria = z.array(criterionId).describe('criteria that its answers are judged by');

export type QualitySpec = z.output<typeof quality>;
