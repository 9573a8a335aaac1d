import { compile, type JSONValue } from 'json-p3';
import { z } from 'zod';
import type { ToolCall } from '../../measure/exchange.ts';
import { defineCheck } from '../check.ts';
import { show } from '../clean-text.ts';
import { ignoreCase, numberField, patternField, someText } from '../fields.ts';
import { type Condition, meets } from '../json-answer.ts';
import { faultOfPath } from '../json-path-field.ts';
import { argumentsOf, showCalls } from '../tool-calls.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const condition = z
  .strictObject({
    equals: z
      .json()
      .optional()
      .describe('the value is this one; text also equals the number or boolean it spells'),
    one_of: z.array(z.json()).min(1).optional().describe('the value is one of these'),
    contains: someText('the value is text that contains this, or a list with this item').optional(),
    matches: patternField('an expression that matches the value: text, a number, or a boolean').optional(),
    ignore_case: ignoreCase,
    optional: z.boolean().default(false).describe('true: the argument may also be missing'),
    exists: z.boolean().default(true).describe('false: the argument must be missing'),
  })
  .describe('conditions on one argument; all that are given must hold');

type ArgumentCondition = z.output<typeof condition>;

/** `city` means `$.city`. */
function pathOf(key: string): string {
  return key.startsWith('$') ? key : `$[${JSON.stringify(key)}]`;
}

const args = z
  .record(
    z.string().min(1),
    z.union([scalar, condition], {
      error: ({ input }) =>
        Array.isArray(input) ? 'for a list write { equals: […] } or { one_of: […] }' : undefined,
    }),
  )
  .check(({ value, issues }) => {
    for (const key of Object.keys(value)) {
      const message = faultOfPath(pathOf(key));
      if (message !== undefined) issues.push({ code: 'custom', input: value, path: [key], message });
    }
  })
  .describe(
    'arguments of the call by name or JSONPath (city, $.items[0].id), each with the value it must have, or with conditions',
  );

export const toolCalled = defineCheck({
  type: 'tool-called',
  summary:
    'the answer calls the tool, with these arguments if any are given; the order of calls does not matter',
  fields: {
    tool: someText('name of the tool'),
    times: numberField(z.number().int().min(1), 'a whole number of calls, 1 or more')
      .optional()
      .describe('exactly this many such calls; by default, one or more'),
    args: args.optional(),
    among: z.boolean().default(false).describe('true: other calls are allowed as well'),
  },
  examples: [
    {
      given: { tool: 'get_weather', args: { city: 'Paris' } },
      answer: { toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"city":"Paris"}' }] },
      passes: true,
    },
    {
      given: { tool: 'get_weather', args: { city: { one_of: ['Paris', 'paris'] } } },
      answer: { toolCalls: [{ id: 'a', name: 'get_weather', arguments: '{"city":"Rome"}' }] },
      passes: false,
    },
  ],
  check({ tool, times, args: wanted = {}, among }, { toolCalls }) {
    const conditions = Object.entries(wanted).map(([key, given]) => ({
      path: pathOf(key),
      ...(typeof given === 'object' && given !== null ? given : plainly(given)),
    }));
    const right = toolCalls.filter((call) => call.name === tool && isMet(call, conditions));
    const isCounted = times === undefined ? right.length > 0 : right.length === times;
    if (isCounted && (among || right.length === toolCalls.length)) return { pass: true };
    const expected = `${times === undefined || times === 1 ? '' : `${times} calls of `}${tool}${show(wanted) === '{}' ? '' : `(${show(wanted)})`}`;
    const alone = isCounted ? ' and no other call' : '';
    return { pass: false, why: `expected ${expected}${alone}, got ${showCalls(toolCalls)}` };
  },
});

function plainly(equals: string | number | boolean | null): ArgumentCondition {
  return { equals, ignore_case: false, optional: false, exists: true };
}

function isMet(call: ToolCall, conditions: readonly (ArgumentCondition & { path: string })[]): boolean {
  const json = argumentsOf(call);
  if (!json.found) return conditions.length === 0;
  return conditions.every(({ path, one_of, optional, exists, ...rest }) => {
    const values = compile(path)
      .query(json.value as JSONValue)
      .values();
    if (!exists || values.length === 0) return values.length === 0 && (!exists || optional);
    return values.some((value) => fits(value, one_of, rest));
  });
}

function fits(value: unknown, oneOf: readonly unknown[] | undefined, rest: Condition): boolean {
  const isOne = oneOf?.some((equals) => meets(value, { equals, ignore_case: rest.ignore_case })) ?? true;
  return isOne && meets(value, rest);
}
