import { z } from 'zod';
import { checkKinds } from '../check/checks.ts';
import { checkSchema } from './expand/expand-checks.ts';
import { suiteSchema } from './schema/suite-schema.ts';

/** A JSON Schema as plain data. */
export type JsonSchema = Record<string, unknown>;

/**
 * The suite's JSON Schema (draft-07) for editors, from the same source as the check at loading. It knows each field's
 * meaning and default. It cannot know what only shows when parts meet (unknown variables, missing files).
 */
export function suiteJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(suiteSchema(checkSchema(checkKinds)), {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as JsonSchema;
  const lists = checkListsIn(schema);
  const check = withVariables(lists[0]!.items as JsonSchema);
  for (const list of lists) list.items = { $ref: '#/definitions/check' };
  const { $schema, definitions, ...rest } = schema;
  return {
    $schema,
    title: 'gatebench suite',
    description: 'prompts, the models that answer them, and how the answers are checked',
    ...rest,
    patternProperties: { '^x-': { description: 'holds anchors for the rest of the file' } },
    definitions: { ...(definitions as JsonSchema | undefined), check },
  };
}

/** The `checks` of the defaults and of a prompt, which have the same schema. */
function checkListsIn(schema: JsonSchema): JsonSchema[] {
  const { defaults, prompts } = schema.properties as Record<string, JsonSchema>;
  return [defaults!, prompts!.items as JsonSchema].map((holder) => {
    const { checks } = holder.properties as Record<string, JsonSchema>;
    return checks!;
  });
}

/** Any field of a check may be a variable instead of its usual type. */
function withVariables(items: JsonSchema): JsonSchema {
  const kinds = (items.oneOf ?? items.anyOf) as JsonSchema[];
  const oneOf = kinds.map((kind) => {
    const fields = Object.entries(kind.properties as Record<string, JsonSchema>);
    return {
      ...kind,
      properties: Object.fromEntries(fields.map(([name, field]) => [name, orVariable(field)])),
    };
  });
  return { oneOf };
}

function orVariable(field: JsonSchema): JsonSchema {
  const takesAnyText = field.type === 'string' && field.pattern === undefined && field.enum === undefined;
  if (takesAnyText || 'const' in field) return field;
  const { description, default: fallback, ...shape } = field;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [shape, { type: 'string', pattern: String.raw`\{\{.+\}\}` }],
  };
}
