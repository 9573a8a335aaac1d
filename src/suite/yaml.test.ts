import { describe, expect, test } from 'vitest';
import { type Fault, type Path, placeName, type Source } from './fault.ts';
import type { Json } from './suite.ts';
import { parse } from './yaml.ts';

const data = (text: string): Json => {
  const parsed = parse({ name: 's', text });
  if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join('; '));
  return parsed.data;
};

const faults = (text: string): string[] => {
  const parsed = parse({ name: 's', text });
  const told = (fault: Fault): string => `${placeName(fault.source, fault.offset)}: ${fault.message}`;
  return parsed.ok ? [] : parsed.faults.map(told);
};

describe('what YAML can do', () => {
  test('anchors, aliases and comments', () => {
    expect(data('a: &x [1, two] # note\nb: *x\n')).toEqual({ a: [1, 'two'], b: [1, 'two'] });
  });

  test('merge keys, of one map or several, whose own keys and earlier maps win', () => {
    const text = 'x: &x { a: 1, b: 1 }\ny: &y { b: 2, c: 2 }\nz: { <<: [*x, *y], a: 0 }\nw: { d: 3, <<: *y }';
    expect(data(text)).toMatchObject({ z: { a: 0, b: 1, c: 2 }, w: { d: 3, b: 2, c: 2 } });
  });

  test('a quoted << is a key like any other', () => {
    expect(data('a: { "<<": 1 }')).toEqual({ a: { '<<': 1 } });
  });

  test('an anchor that is set again means the last one before the alias', () => {
    expect(data('- &a 1\n- *a\n- &a 2\n- *a')).toEqual([1, 1, 2, 2]);
  });

  test('an anchor on a key', () => {
    expect(data('&k name: 1\nother: *k')).toEqual({ name: 1, other: 'name' });
  });

  test('one anchor used a thousand times', () => {
    expect(data(`- &a { k: v }\n${'- { <<: *a, n: 1 }\n'.repeat(1000)}`)).toHaveLength(1001);
  });

  test('numbers and words of YAML 1.2: no and on are texts', () => {
    expect(data('[1, 1.5, 1e3, 0x10, true, null, ~, no, on, 2026-11-22]')).toEqual([
      1,
      1.5,
      1000,
      16,
      true,
      null,
      null,
      'no',
      'on',
      '2026-11-22',
    ]);
  });

  test('names that objects have by birth are keys like others', () => {
    expect(Object.entries(data('{ constructor: 1, toString: 2, hasOwnProperty: 3 }') as object)).toHaveLength(
      3,
    );
  });

  test('keys that are numbers or words are texts as written', () => {
    expect(data('1: a\n1.50: b\ntrue: c')).toEqual({ 1: 'a', '1.50': 'b', true: 'c' });
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['a key that appears twice', 'a: 1\nb: 2\na: 3', 's:3:1: duplicate key "a"; the first is at s:1:1'],
    ['a second document', 'a: 1\n---\nb: 2', 's:2:1: a suite is one YAML document; this is a second'],
    ['__proto__', 'a:\n  __proto__: { x: 1 }', 's:2:3: the key __proto__ is not allowed'],
    ['an alias without anchor', 'a: *b', 's:1:4: there is no anchor &b above this alias'],
    ['an alias before its anchor', 'a: *b\nc: &b 1', 's:1:4: there is no anchor &b above this alias'],
    ['an alias inside its own anchor', 'a: &a [1, *a]', 's:1:11: *a is inside its own anchor'],
    ['merging a text', 'a: { <<: text }', 's:1:10: a merge key (<<) takes a map or a list of maps'],
    ['merging nothing', 'a: { <<: }', 's:1:10: a merge key (<<) takes a map or a list of maps'],
    ['infinity', 'a: .inf', 's:1:4: must be a finite number'],
    ['no number', 'a: [.nan]', 's:1:5: must be a finite number'],
    [
      'a number too long',
      'a: 12345678901234567890',
      's:1:4: too large to be kept to the last digit; put it in quotes if it is a name',
    ],
    ['a map as key', '? [a, b]\n: 1', 's:1:3: a key must be text'],
    ['nothing as key', '? \n: 1', 's:1:3: a key must be text'],
    [
      'braces without quotes',
      'a: {{name}}',
      "s:1:5: text that begins with a brace must be in quotes: '{{name}}'",
    ],
    ['an unknown tag', 'a: !!binary aGk=', 's:1:4: Unresolved tag: tag:yaml.org,2002:binary'],
    ['a tab as indent', 'a:\n\tb: 1', 's:2:1: Tabs are not allowed as indentation; indent with spaces'],
    ['an open quote', 'a: "b', 's:1:6: Missing closing "quote'],
    ['nothing at all', '', 's:1:1: the suite is empty'],
    ['comments alone', '# here\n', 's:1:1: the suite is empty'],
  ])('%s', (_, text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test('several faults at once', () => {
    expect(faults('a: 1\na: 2\nb: *c')).toHaveLength(2);
    expect(faults('a: [.inf]\na: 1\nb: *c')).toHaveLength(3);
  });

  test('a bomb of aliases, at the alias that weighs most', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`,
    );
    expect(faults(`l0: &l0 [${'x, '.repeat(10)}]\n${levels.join('\n')}`)).toEqual([
      's:10:10: written out, the aliases make this suite larger than 100 MB',
    ]);
  });

  test('a bomb of merge keys', () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} { <<: [${Array(10).fill(`*l${n}`).join(', ')}], k: 1 }`,
    );
    expect(faults(`l0: &l0 { a: [x, x] }\n${levels.join('\n')}`)).toEqual([
      expect.stringContaining('written out, the aliases make this suite larger than 100 MB'),
    ]);
  });

  test('aliases that nest without end', () => {
    const levels = Array.from({ length: 200 }, (_, n) => `- &a${n + 1} [*a${n}]`);
    expect(faults(`- &a0 [x]\n${levels.join('\n')}`)[0]).toBe(
      's:102:10: aliases nest more than 100 levels deep',
    );
  });

  test.each([
    ['[', 1],
    ['{a: ', 1],
    ['- ', 1],
    ['? ', 1],
    ['a: ', 1],
  ])('%j without end', (open, line) => {
    const [fault, ...others] = faults(open.repeat(300_000));
    expect(fault).toMatch(
      new RegExp(`^s:${line}:\\d+: maps and lists are nested more than 100 levels deep$`),
    );
    expect(others).toEqual([]);
  });

  test('a hundred levels are deep enough', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(faults(nested(95))).toEqual([]);
    expect(faults(nested(105))).toEqual(['s:1:100: maps and lists are nested more than 100 levels deep']);
  });

  test('a file of nothing but faults', () => {
    expect(faults(']'.repeat(500_000)).length).toBeLessThan(2000);
  });
});

test('parsing leaves the length of stack traces alone', () => {
  const before = Error.stackTraceLimit;
  faults('a: [');
  expect(Error.stackTraceLimit).toBe(before);
});

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

test('a missing part has the place of the nearest part above it', () => {
  const { value } = places('a:\n  - b: 1\n');
  expect(value(['a', 0, 'zzz', 'deeper'])).toBe('s:2:5');
  expect(value(['a', 7])).toBe('s:2:3');
  expect(value(['zzz'])).toBe('s:1:1');
});

test('an empty value is placed after its key', () => {
  expect(places('a:\nb: 1').value(['a'])).toBe('s:1:3');
});

test("an alias has its own place; its contents have the anchor's place", () => {
  const { value } = places('a: &x { k: 1 }\nb: *x\n');
  expect(value(['b'])).toBe('s:2:4');
  expect(value(['b', 'k'])).toBe('s:1:12');
});

test('a merged key has the place where it was written, the nearer map first', () => {
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
