import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from './testing/any-text.ts';
import { cleanLines, count, cut, oneLine, wrappedWords } from './text.ts';

const hidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;

test.each([
  ['colors', '\u001b[1;31mred\u001b[0m alert', 'red alert'],
  ['a cleared screen', 'a\u001b[2J\u001b[Hb', 'ab'],
  ['a window title', '\u001b]0;owned\u0007text', 'text'],
  ['a hyperlink', '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007', 'click'],
  ['an escape of one byte', 'a\u009b31mb', 'ab'],
  ['an escape that is not complete', 'a\u001b', 'a'],
])('takes out %s', (_what, text, clean) => {
  expect(oneLine(text)).toBe(clean);
});

test.each([
  ['line breaks of every kind', 'a\nb\r\nc\rd\u2028e\u2029f\u0085g', 'a b c d e f g'],
  ['tabs, bells and zeros', 'a\tb\u0007c\0d', 'a b c d'],
  ['rows of blanks', '  a   b  ', 'a b'],
])('makes one blank of %s', (_what, text, clean) => {
  expect(oneLine(text)).toBe(clean);
});

test.each([
  ['what turns the direction', 'user\u202egnp.exe\u2066x\u2069\u061c\u200f', 'usergnp.exex'],
  ['what has no width', 'pass\u200bword\u2060\ufeff\u200d', 'password'],
])('drops %s', (_what, text, clean) => {
  expect(oneLine(text)).toBe(clean);
});

test('an escape that zero-width characters hide does not come to life', () => {
  expect(oneLine('\u001b\u200b[31mred')).toBe('[31mred');
});

test('leaves ordinary text of any script alone', () => {
  const text = 'Größe 25 °C — 東京, مرحبا, 😀 "x"';
  expect(oneLine(text)).toBe(text);
});

test('says where it cut, and looks at no more than it must', () => {
  expect(oneLine('x'.repeat(5_000_000), 10)).toBe('xxxxxxxxx…');
  expect(oneLine(`${'\n'.repeat(1000)}lost`, 10)).toBe('…');
});

test('whatever comes in, one clean line of at most the limit comes out', () => {
  const awkward = fc.constantFrom(
    '\u001b[31m',
    '\u001b]0;',
    '\u0007',
    '\r\n',
    ' ',
    '\u202e',
    '\u200b',
    '😀',
    'a',
  );
  const text = fc.array(fc.oneof(awkward, anyText()), { maxLength: 15 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 30 }), (from, limit) => {
      const line = oneLine(from, limit);
      expect(line).not.toMatch(hidden);
      expect(line).not.toMatch(/^ | $| {2}/);
      expect(line.length).toBeLessThanOrEqual(limit);
      expect(line.isWellFormed()).toBe(true);
      const whole = oneLine(from);
      expect(oneLine(whole)).toBe(whole);
    }),
    { numRuns: 500 },
  );
});

test('lines keep their breaks and indents, and lose what a terminal would obey', () => {
  expect(cleanLines('if x:\r\n\treturn  1\rend\u2028\u001b[2Jgone \u202e\u0007')).toEqual([
    'if x:',
    '  return  1',
    'end',
    'gone',
  ]);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom('\u001b[31m', '\u001b]0;', '\n', '\u009b'), anyText())),
      (parts) => {
        for (const line of cleanLines(parts.join(''))) expect(line).not.toMatch(hidden);
      },
    ),
  );
});

test.each([
  ['abcd', 4, 'abcd'],
  ['abcde', 4, 'abc…'],
  ['😀😀', 4, '😀😀'],
  ['a😀b', 3, 'a…'],
  ['😀b', 2, '…'],
  ['ab', 1, '…'],
  ['ab', 0, ''],
  ['', 0, ''],
])('cuts %j to %i', (text, limit, short) => {
  expect(cut(text, limit)).toBe(short);
});

test('a cut keeps the limit, marks itself and never splits a pair', () => {
  fc.assert(
    fc.property(anyText(), fc.nat(12), (text, limit) => {
      const short = cut(text, limit);
      expect(short.length).toBeLessThanOrEqual(limit);
      expect(short.isWellFormed()).toBe(true);
      if (text.length <= limit) expect(short).toBe(text);
      else if (limit > 0) {
        expect(short.at(-1)).toBe('…');
        expect(text.startsWith(short.slice(0, -1))).toBe(true);
        expect(short.length).toBeGreaterThanOrEqual(limit - 1);
      }
    }),
    { numRuns: 1000 },
  );
});

test('counts in words', () => {
  expect([count(0, 'request'), count(1, 'request'), count(12_345, 'request')]).toEqual([
    '0 requests',
    '1 request',
    '12,345 requests',
  ]);
  expect(count(2, 'reply', 'replies')).toBe('2 replies');
});

describe('words that are broken into lines', () => {
  test('fill each line, and later ones are indented more', () => {
    expect(wrappedWords('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrappedWords('one two three four', 9, '  ')).toEqual(['one two', '  three', '  four']);
    expect(wrappedWords('one two', 7)).toEqual(['one two']);
    expect(wrappedWords('', 7)).toEqual(['']);
  });

  test('stay whole where they are longer than a line', () => {
    expect(wrappedWords('a gatebench-nightly.yml b', 8)).toEqual(['a', 'gatebench-nightly.yml', 'b']);
    expect(wrappedWords('gatebench-nightly.yml b', 8, '  ')).toEqual(['gatebench-nightly.yml', '  b']);
  });

  test('lose nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zé]{1,12}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 30 }),
        (words, columns) => {
          const lines = wrappedWords(words.join(' '), columns);
          expect(lines.join(' ')).toBe(words.join(' '));
          for (const line of lines) expect(line.length <= columns || !line.includes(' ')).toBe(true);
        },
      ),
    );
  });
});
