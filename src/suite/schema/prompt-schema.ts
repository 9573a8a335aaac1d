import { z } from 'zod';
import { transformSchema } from '../../check/transforms.ts';
import { params } from './model-schema.ts';
import { criteria } from './quality-schema.ts';
import { anything, id, openMap, tags, text, variable, wholeFrom } from './text-schema.ts';

const fileRef = z
  .strictObject({ file: text.describe('path, relative to the suite and inside its folder') })
  .describe('text from a file');

export const textOrFile = z.union([text, fileRef]);

const message = z
  .strictObject({
    role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
    content: z
      .union([z.string(), fileRef, z.array(z.looseObject({ type: text })).min(1), z.null()])
      .describe(
        'text, a file, or parts as the API takes them; a part { type: image, file: PATH } is the PNG, JPEG, WebP or GIF in that file, up to 5 MB each and 20 MB a request',
      )
      .optional(),
    name: text.optional(),
    tool_calls: z.array(openMap).min(1).optional(),
    tool_call_id: text.optional(),
    reasoning: text.optional(),
    reasoning_content: text.optional(),
    refusal: text.optional(),
  })
  .refine(({ content, tool_calls }) => (content ?? tool_calls ?? undefined) !== undefined, {
    error: 'has no content',
  });

const axis = z.array(z.union([text, z.number(), z.boolean()])).min(1);

/** A check is parsed separately, by the schema of its type, after its variables are filled in. */
function fields<Check extends z.ZodType>(check: Check) {
  return {
    tags: tags.optional(),
    prompt: textOrFile.describe('what the user says').optional(),
    messages: z.array(message).min(1).describe('a full conversation, instead of `prompt`').optional(),
    system: z.union([z.string(), fileRef]).describe('the system message; empty for none').optional(),
    vars: z.record(variable, anything).describe('values for {{name}}').optional(),
    matrix: z
      .record(variable, axis)
      .describe('one prompt for every combination of these values, which are also variables')
      .optional(),
    dataset: z
      .strictObject({
        file: text.describe('.csv or .jsonl, relative to the suite and inside its folder'),
        id: text.describe('column that names the prompts; by default `id`, or the row number').optional(),
        limit: wholeFrom(1, 1_000_000).describe('use only this many rows, from the top').optional(),
      })
      .describe('one prompt for every row, whose columns are variables')
      .optional(),
    params: params.optional(),
    answer: z
      .array(transformSchema)
      .describe(
        "what is done to the answer's text, in this order, before checks see it; stored answers stay as they are",
      )
      .optional(),
    checks: z.array(check).describe('what the answer is checked for').optional(),
    criteria: criteria.optional(),
    template: z
      .enum(['names', 'none'])
      .describe('none: {{name}} is not replaced in this prompt and its checks')
      .optional(),
  };
}

export function promptSchema<Check extends z.ZodType>(check: Check) {
  return z.strictObject({ id: id.describe('unique; appears in every row'), ...fields(check) });
}

export function defaultsSchema<Check extends z.ZodType>(check: Check) {
  return z
    .strictObject(fields(check))
    .describe('merged into every prompt: maps merge, lists append, scalars replace');
}

export type PromptSpec = z.output<ReturnType<typeof promptSchema<z.ZodUnknown>>>;
export type DefaultsSpec = z.output<ReturnType<typeof defaultsSchema<z.ZodUnknown>>>;
export type MessageSpec = z.output<typeof message>;
export type TextOrFile = z.output<typeof textOrFile>;
