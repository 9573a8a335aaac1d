import { expect, test } from 'vitest';
import { z } from 'zod';
import { validate } from './validate.ts';

function complaints(schema: z.ZodType, data: unknown): string[] {
  const result = validate(schema, data);
  return result.ok
    ? []
    : result.complaints.map(({ path, message }) => `${path.join('.') || '-'}: ${message}`);
}

const map = z.strictObject({ name: z.string().min(1), size: z.int().min(1).max(9).optional() });

test.each<[string, z.ZodType, unknown, string]>([
  ['a missing field', map, {}, 'name: is missing; expected text'],
  ['a wrong kind of value', map, { name: [] }, 'name: expected text, not a list'],
  ['a number for a text', map, { name: 7 }, 'name: expected text, not 7; put it in quotes'],
  ['nothing for a text', map, { name: null }, 'name: expected text, not nothing'],
  [
    'a text for a number',
    map,
    { name: 'x', size: '3' },
    'size: expected a number, not "3"; remove the quotes',
  ],
  ['a word for a number', map, { name: 'x', size: 'big' }, 'size: expected a number, not "big"'],
  ['a broken number', map, { name: 'x', size: 1.5 }, 'size: expected a whole number, not 1.5'],
  ['too small a number', map, { name: 'x', size: 0 }, 'size: must be at least 1, not 0'],
  ['too large a number', map, { name: 'x', size: 10 }, 'size: must be at most 9, not 10'],
  ['an empty text', map, { name: '' }, 'name: is empty'],
  ['an unknown key', map, { name: 'x', sise: 1 }, 'sise: unknown key "sise"; did you mean "size"?'],
  [
    'an unknown key, near nothing',
    map,
    { name: 'x', zzzz: 1 },
    'zzzz: unknown key "zzzz"; expected name or size',
  ],
  ['a text for a map', map, 'x', '-: expected a map, not "x"'],
  ['yes for true', z.boolean(), 'yes', '-: expected true or false, not "yes"; write true'],
  ['off for false', z.boolean(), 'off', '-: expected true or false, not "off"; write false'],
  ['zero for more than zero', z.number().positive(), 0, '-: must be above 0, not 0'],
  ['an empty list', z.array(z.string()).min(1), [], '-: is empty; give one or more'],
  ['too short a list', z.tuple([z.string(), z.string()]), ['a'], '-: needs 2 entries'],
  ['too long a list', z.tuple([z.string()]), ['a', 'b'], '-: takes 1 entries at most'],
  [
    'an unknown word',
    z.enum(['blocks', 'sequential']),
    'block',
    '-: unknown word "block"; did you mean "blocks"?',
  ],
  ['a number for a word', z.enum(['a', 'b']), 7, '-: expected a or b, not 7'],
  ['another version', z.literal(1), 2, '-: expected 1, not 2'],
  [
    'a bad key of a map',
    z.record(z.string().regex(/^a/, 'begins with a'), z.string()),
    { b: 'x' },
    'b: begins with a',
  ],
])('%s', (_, schema, data, complaint) => {
  expect(complaints(schema, data)).toEqual([complaint]);
});

test('a schema that words its own complaint is not overruled', () => {
  expect(complaints(z.string().regex(/x/, 'must have an x'), 'y')).toEqual(['-: must have an x']);
  expect(complaints(z.union([z.string(), z.number()], { error: 'my words' }), true)).toEqual(['-: my words']);
});

test('of a choice, the branch that was meant complains', () => {
  const choice = z.union([z.string().min(1), map]);
  expect(complaints(choice, { nam: 'x' })).toEqual([
    'name: is missing; expected text',
    'nam: unknown key "nam"; did you mean "name"?',
  ]);
  expect(complaints(choice, '')).toEqual(['-: is empty']);
  expect(complaints(choice, 7)).toEqual(['-: expected text or a map, not 7; put it in quotes']);
  expect(complaints(z.strictObject({ a: choice }), {})).toEqual(['a: is missing; expected text or a map']);
});

test('an unknown kind is reported once, whatever its fields are', () => {
  const kinds = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('contains'), value: z.string() }),
    z.strictObject({ type: z.literal('numeric'), value: z.number() }),
  ]);
  expect(complaints(kinds, { type: 'contain', valu: 1 })).toEqual([
    'type: unknown type "contain"; did you mean "contains"?',
  ]);
  expect(complaints(kinds, { value: 1 })).toEqual(['type: is missing; expected contains or numeric']);
  expect(complaints(kinds, { type: 7 })).toEqual(['type: unknown type 7']);
  expect(complaints(kinds, { type: 'numeric', value: 1, valu: 2 })).toEqual([
    'valu: unknown key "valu"; did you mean "value"?',
  ]);
});

test('a built-in property name is not a known key', () => {
  expect(complaints(map, JSON.parse('{"name":"x","constructor":1}'))).toEqual([
    'constructor: unknown key "constructor"; expected name or size',
  ]);
});
