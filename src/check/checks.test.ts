import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkKinds } from './checks.ts';
import { schemaOf } from './fields.ts';
import { answerOf, findingOf, resolve, specOf, type Written } from './testing/finding-of.ts';

test('every type has one kind', () => {
  const types = checkKinds.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
});

describe.each(checkKinds)('$type', (kind) => {
  test('describes itself and each of its fields', () => {
    expect(kind.summary).not.toBe('');
    const { properties = {} } = z.toJSONSchema(schemaOf(kind), { io: 'input', target: 'draft-7' });
    const silent = Object.entries(properties as Record<string, { description?: string }>).filter(
      ([, { description }]) => !description,
    );
    expect(silent.map(([name]) => name)).toEqual(['type']);
  });

  test('refuses a field that it does not know', () => {
    expect(resolve({ type: kind.type, no_such_field: 1 })).toContainEqual(
      expect.stringContaining('Unrecognized key: "no_such_field"'),
    );
  });

  test.each(kind.examples)('$given on $answer: $passes', ({ given, answer, passes }) => {
    const whole = answerOf('', typeof answer === 'string' ? { text: answer } : answer);
    expect(findingOf({ type: kind.type, ...given }, whole).pass).toBe(passes);
    expect(findingOf({ type: kind.type, not: true, ...given }, whole).pass).toBe(!passes);
  });

  test('has an example that passes and one that fails', () => {
    expect(new Set(kind.examples.map(({ passes }) => passes))).toEqual(new Set([true, false]));
  });

  test('refuses a negative weight', () => {
    expect(resolve({ type: kind.type, weight: -1 })).toContainEqual(
      expect.stringContaining('weight: Too small'),
    );
  });
});

test.each<Written>([
  { type: 'numeric', value: '42', tolerance: '0.5' },
  { type: 'json-path', path: '$.a', equals: null, not: true },
  { type: 'json-schema', schema: { type: 'object' }, weight: 2 },
  { type: 'finish-reason', value: ['stop'] },
])('%j resolves to plain data that resolves to itself', (written) => {
  const spec = specOf(written);
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  expect(resolve(spec)).toEqual(spec);
});
