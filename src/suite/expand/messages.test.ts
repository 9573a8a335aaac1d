import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../suite.ts';
import { fill, hasVariables, mapTexts, type Scope, soleValue, TextTooLong } from './messages.ts';

const scope: Scope = new Map<string, Json>([
  ['name', 'Ada'],
  ['n', 42],
  ['yes', true],
  ['none', null],
  ['list', ['a', 1]],
  ['größe', 'XL'],
  ['snake_case-2', 'ok'],
  ['tricky', '{{name}} $& $1'],
]);

function filled(text: string): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  return { text: fill(text, scope, (name) => unknown.push(name)), unknown };
}

describe('replaced', () => {
  test.each([
    ['Hi {{name}}!', 'Hi Ada!'],
    ['{{name}}{{ name }}{{\tname  }}', 'AdaAdaAda'],
    ['{{n}} {{yes}} {{list}}', '42 true ["a",1]'],
    ['{{größe}} {{snake_case-2}}', 'XL ok'],
    ['{"a": {"b": {{n}}}}', '{"a": {"b": 42}}'],
    ['{"a":{{n}}}', '{"a":42}'],
    ['once only: {{tricky}}', 'once only: {{name}} $& $1'],
  ])('%s', (text, result) => {
    expect(filled(text)).toEqual({ text: result, unknown: [] });
  });
});

describe('passed untouched', () => {
  test.each([
    '{{#if name}}{{/if}}',
    '{{ user.name }}',
    '{{name|upper}}',
    '{{ name name }}',
    '{{}} {{ }} { {name} } {name} {{name}',
    '{{{name}}}',
    '{{1}} {{-}}',
    '{{\nname\n}}',
    '{% raw %} ${name} %(name)s <%= name %>',
    '{"json": {"nested": {}}}',
    'f"{{name!r}}"',
  ])('%s', (text) => {
    expect(filled(text)).toEqual({ text, unknown: [] });
  });
});

test.each(['nmae', 'constructor', '__proto__', 'toString'])(
  '{{%s}} is unknown, and stands as it is',
  (name) => {
    expect(filled(`{{${name}}}`)).toEqual({ text: `{{${name}}}`, unknown: [name] });
  },
);

test('text grows to twenty million characters at most', () => {
  const large: Scope = new Map([['x', 'y'.repeat(1_000_000)]]);
  expect(fill('{{x}}'.repeat(19), large, () => undefined)).toHaveLength(19_000_000);
  expect(() => fill('{{x}}'.repeat(21), large, () => undefined)).toThrow(TextTooLong);
});

test('a text that is nothing but a name has a value of its own', () => {
  expect(soleValue('{{list}}', scope)).toEqual(['a', 1]);
  expect(soleValue('{{ n }}', scope)).toBe(42);
  expect(soleValue(' {{n}}', scope)).toBeUndefined();
  expect(soleValue('{{n}}{{n}}', scope)).toBeUndefined();
});

test('names are found wherever texts are, but not in keys', () => {
  expect(hasVariables({ a: ['x', { b: 'say {{name}}' }] })).toBe(true);
  expect(hasVariables({ '{{name}}': ['{{ a.b }}', 7, null] })).toBe(false);
});

test('every text is walked with its path, all else is kept', () => {
  const value: Json = { a: ['x', { b: 'y' }], c: 1, d: null };
  expect(mapTexts(value, (text, path) => `${path.join('.')}=${text}`)).toEqual({
    a: ['a.0=x', { b: 'a.1.b=y' }],
    c: 1,
    d: null,
  });
});

test('what has no {{name}} in it is never changed', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', '{', '{{', '}}', '{{ a b }}'), (text, braces) => {
      const whole = `${text}${braces}${text}`;
      fc.pre(!hasVariables(whole));
      expect(filled(whole)).toEqual({ text: whole, unknown: [] });
    }),
  );
});
