import { expect, test } from 'vitest';
import { placeName, type Path, type Source } from './fault.ts';
import { parse } from './parse.ts';

interface Named {
  value: (path: Path) => string;
  key: (path: Path) => string;
  within: (path: Path, text: string) => number;
}

function places(text: string): Named {
  const source: Source = { name: 's', text };
  const parsed = parse(source);
  if (!parsed.ok) throw new Error('should parse');
  const name = (offset: number): string => placeName(source, offset);
  return {
    value: (path) => name(parsed.places.value(path)),
    key: (path) => name(parsed.places.key(path)),
    within: (path, text) => parsed.places.within(path, text),
  };
}

test('values and keys, in block and flow style', () => {
  const { value, key } = places('a:\n  - b: 1\n    c: { d: [x, y] }\n');
  expect(value(['a', 0, 'b'])).toBe('s:2:8');
  expect(key(['a', 0, 'b'])).toBe('s:2:5');
  expect(value(['a', 0, 'c', 'd', 1])).toBe('s:3:17');
});

test('what is missing stands at the nearest thing above it', () => {
  const { value } = places('a:\n  - b: 1\n');
  expect(value(['a', 0, 'zzz', 'deeper'])).toBe('s:2:5');
  expect(value(['a', 7])).toBe('s:2:3');
  expect(value(['zzz'])).toBe('s:1:1');
});

test('a value that is nothing stands behind its key', () => {
  expect(places('a:\nb: 1').value(['a'])).toBe('s:1:3');
});

test('an alias is its own place; what lies within stands where the anchor is', () => {
  const { value } = places('a: &x { k: 1 }\nb: *x\n');
  expect(value(['b'])).toBe('s:2:4');
  expect(value(['b', 'k'])).toBe('s:1:12');
});

test('a merged key stands where it was written, the nearer map first', () => {
  const { value, key } = places('x: &x { k: 1 }\ny: &y { k: 2, l: 3 }\nz:\n  <<: [*x, *y]\n  m: 4\n');
  expect(value(['z', 'k'])).toBe('s:1:12');
  expect(key(['z', 'l'])).toBe('s:2:15');
  expect(value(['z', 'm'])).toBe('s:5:6');
  expect(value(['z', 'none'])).toBe('s:4:3');
});

test('a word within a text, or the start of the text where escapes hide it', () => {
  const text = 'a: say {{name}} now\nb: "\\x7b{name}}"\n';
  expect(places(text).within(['a'], '{{name}}')).toBe(text.indexOf('{{name}}'));
  expect(places(text).within(['b'], '{{name}}')).toBe(text.indexOf('"'));
});
