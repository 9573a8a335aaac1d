import { describe, expect, test } from 'vitest';
import { checkKinds } from '../../check/checks.ts';
import type { Json } from '../suite.ts';
import { checkReader, fillCheck } from './expand-checks.ts';

const read = checkReader(checkKinds);
const scope = new Map<string, Json>([
  ['word', 'refund'],
  ['n', 42],
  ['spelt', '42'],
  ['yes', true],
  ['list', ['a', 'b']],
  ['schema', { type: 'object' }],
]);

function filled(raw: Json): unknown {
  const unknown: string[] = [];
  const result = fillCheck(raw, scope, read, (_, written, inside) =>
    unknown.push(`${inside.join('.')} ${written}`),
  );
  if (unknown.length > 0) return unknown;
  return result.ok
    ? result.value
    : result.complaints.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('variables in checks', () => {
  test('within a text', () => {
    expect(filled({ type: 'contains', value: 'a {{word}}' })).toEqual({
      type: 'contains',
      value: 'a refund',
      ignore_case: false,
      not: false,
      weight: 1,
    });
  });

  test('a number where a text is wanted, and a text where a number is', () => {
    expect(filled({ type: 'contains', value: '{{n}}' })).toMatchObject({ value: '42' });
    expect(filled({ type: 'numeric', value: '{{spelt}}' })).toMatchObject({ value: 42 });
    expect(filled({ type: 'numeric', value: '{{n}}' })).toMatchObject({ value: 42 });
  });

  test('truth values, lists and maps where they are wanted', () => {
    expect(filled({ type: 'not-empty', not: '{{yes}}' })).toMatchObject({ not: true });
    expect(filled({ type: 'not-empty', weight: '{{n}}' })).toMatchObject({ weight: 42 });
    expect(filled({ type: 'contains-any', values: '{{list}}' })).toMatchObject({ values: ['a', 'b'] });
    expect(filled({ type: 'contains-any', values: ['{{word}}', 'x'] })).toMatchObject({
      values: ['refund', 'x'],
    });
    expect(filled({ type: 'json-schema', schema: '{{schema}}' })).toMatchObject({
      schema: { type: 'object' },
    });
  });

  test('an unknown name, with its place', () => {
    expect(filled({ type: 'contains-any', values: ['x', 'a {{wrod}}'] })).toEqual(['values.1 {{wrod}}']);
  });

  test('a value that does not fit', () => {
    expect(filled({ type: 'numeric', value: '{{word}}' })).toEqual(['value: expected a number']);
    expect(filled({ type: 'matches', pattern: '({{word}}' })).toEqual([
      expect.stringMatching(/^pattern: Invalid regular expression/),
    ]);
  });
});
