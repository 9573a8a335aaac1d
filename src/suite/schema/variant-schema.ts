import { z } from 'zod';
import { params } from './model-schema.ts';
import { textOrFile } from './prompt-schema.ts';
import { id } from './text-schema.ts';

const variant = z.strictObject({
  id: id.describe('names it in tables and in the column `variant`'),
  description: z.string().max(1000).optional(),
  system: z
    .union([z.string(), textOrFile])
    .describe('system message of all prompts, in place of their own; empty for none')
    .optional(),
  params: params.describe('fields of the request body; they win over those of prompts and models').optional(),
  prompts: z
    .record(z.string().min(1), textOrFile)
    .describe("by prompt id: text that replaces the user's last message")
    .optional(),
});

export const variants = z
  .array(variant)
  .min(2, 'give two or more; one that changes nothing is { id: plain }')
  .describe('arms to compare: every model gets every prompt in each of these ways, in the same blocks');

export type VariantSpec = z.output<typeof variant>;
