import { z } from 'zod';
import { loadSchema } from '../../load/load-modes.ts';
import { gateway } from './gateway-schema.ts';
import { models } from './model-schema.ts';
import { defaultsSchema, promptSchema } from './prompt-schema.ts';
import { quality } from './quality-schema.ts';
import { run } from './run-schema.ts';
import { suiteName, tags } from './text-schema.ts';
import { variants } from './variant-schema.ts';
import { gate, thresholds } from './verdict-schema.ts';

/**
 * The suite as written in a file. `check` is the schema of one check: every type for the editors' schema, anything for
 * the first pass over a file, because a check is parsed after its variables are filled in.
 */
export function suiteSchema<Check extends z.ZodType>(check: Check) {
  return z.strictObject({
    version: z.literal(1).describe('version of this format'),
    name: suiteName,
    description: z.string().max(10_000).describe('what the suite is for').optional(),
    tags: tags.default([]),
    gateway: gateway.prefault({}),
    models,
    defaults: defaultsSchema(check).prefault({}),
    prompts: z
      .array(promptSchema(check))
      .min(1)
      .describe('the unit of statistics: more prompts beat more repeats'),
    variants: variants.optional(),
    quality: quality.optional(),
    run: run.prefault({}),
    load: loadSchema.optional(),
    thresholds,
    gate: gate.optional(),
  });
}

export type SuiteSpec = z.output<ReturnType<typeof suiteSchema<z.ZodUnknown>>>;
