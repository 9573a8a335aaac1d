import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactor } from './redact.ts';

const redact = (secrets: Record<string, string>, text: string): string =>
  redactor(new Map(Object.entries(secrets)))(text);

test('puts the name in the place of a secret, as often as it occurs', () => {
  expect(redact({ 'tok-123456': 'CF_AIG_TOKEN' }, 'sent tok-123456, got "tok-123456"')).toBe(
    'sent [CF_AIG_TOKEN], got "[CF_AIG_TOKEN]"',
  );
});

test('of a secret inside another, the longer goes first and leaves no rest', () => {
  const secrets = { abcdef: 'short', 'abcdef-ghijkl': 'long' };
  expect(redact(secrets, 'abcdef-ghijkl, abcdef')).toBe('[long], [short]');
});

test('of two secrets that overlap, neither is left whole', () => {
  const clean = redact({ 'aaaa-bbbb': 'one', 'bbbb-cccc': 'other' }, 'aaaa-bbbb-cccc');
  expect(clean).toBe('[one]-cccc');
});

test('values too short to be secrets stay: they would blank out ordinary words', () => {
  expect(redact({ '': 'empty', local: 'five' }, 'a local model')).toBe('a local model');
  expect(redact({ remote: 'six' }, 'a remote model')).toBe('a [six] model');
});

test('a secret is text, not a pattern, and its name may hold a dollar sign', () => {
  expect(redact({ 'a.c+(e)': '$&$1' }, 'abcceee a.c+(e)')).toBe('abcceee [$&$1]');
});

test('whatever is around them, no secret is left', () => {
  const secrets = ['sk-live-0001', 'sk-live-0001-long', '0001-long-tail', 'ffffffff'];
  const clean = redactor(new Map(secrets.map((secret, index) => [secret, `S${index}`])));
  const parts = fc.oneof(fc.constantFrom(...secrets, '-', 'f', 'sk-', '0001'), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(parts), (words) => {
      const text = clean(words.join(''));
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('what has been asked before is answered as the first time, a secret or none', () => {
  const redact = redactor(new Map([['secret-4711-token', 'TOKEN']]));
  const texts = Array.from({ length: 2000 }, (_, n) =>
    n % 7 === 0 ? `secret-4711-token in ${n}` : `nothing in answer ${n % 700}`,
  );
  for (const text of [...texts, ...texts])
    expect(redact(text)).toBe(text.replace('secret-4711-token', '[TOKEN]'));
});
