import { z } from 'zod';
import { openMap, wholeFrom } from './text-schema.ts';

const part = String.raw`[^\p{C}\p{Z}/;,]+`;

/** Id in tables. It has no `/`, so `--models` can distinguish an id from a name. */
export const modelId = z
  .string()
  .min(1)
  .max(120)
  .regex(
    new RegExp(`^${part}$`, 'u'),
    'use visible characters without blanks, commas, semicolons and slashes',
  );

export const modelName = z
  .string()
  .max(300)
  .regex(new RegExp(`^${part}(?:/${part})+$`, 'u'), 'write provider/model, such as custom-ollama/kimi-k2.6')
  .describe('provider and model, such as custom-ollama/kimi-k2.6');

/** `kimi-k2.6` for `custom-ollama/kimi-k2.6`. */
export function idOfModel(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

const usdPerMillion = z.number().min(0);

export const price = z
  .strictObject({
    input: usdPerMillion.describe('prompt tokens'),
    cached_input: usdPerMillion.describe('prompt tokens that the server read from its cache').optional(),
    output: usdPerMillion.describe('completion tokens, including reasoning'),
  })
  .describe('USD per million tokens');

/** Fields of the request body that a suite must not set itself. */
const reserved: readonly string[] = ['model', 'messages'];

export const params = openMap
  .check(({ value, issues }) => {
    for (const name of reserved) {
      if (Object.hasOwn(value, name)) {
        issues.push({ code: 'custom', input: value, path: [name], message: 'is set by gatebench' });
      }
    }
    const answers = value['n'] ?? 1;
    if (answers !== 1) {
      issues.push({
        code: 'custom',
        input: value,
        path: ['n'],
        message:
          'asks for several answers to one request, which share its times: leave it out and set run.repeat',
      });
    }
  })
  .describe('fields of the request body, sent unchanged');

const fullModel = z.strictObject({
  id: modelId.describe('short name for tables; by default, the last part of the name').optional(),
  model: modelName,
  params: params.describe("fields of the request body; they win over a prompt's").optional(),
  concurrency: wholeFrom(1, 10_000)
    .describe("its own limit of requests in flight, below the run's")
    .optional(),
  price: price.optional(),
});

export const model = z.union([modelName, fullModel]);

export const models = z.array(model).min(1).describe('what is compared');

export type ModelSpec = z.output<typeof model>;
