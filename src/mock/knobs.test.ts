import { expect, test } from 'vitest';
import { checkKnobs, knobsOfHeader, knobsOfQuery } from './knobs.ts';

test('a query gives numbers, booleans, objects and texts', () => {
  const query =
    'ttftMs=50&buffered=true&answer=42&usage=none&toolCall=%7B%22name%22%3A%22f%22%2C%22arguments%22%3A%22%7B%7D%22%7D';
  expect(knobsOfQuery(query)).toEqual({
    ttftMs: 50,
    buffered: true,
    answer: '42',
    usage: 'none',
    toolCall: { name: 'f', arguments: '{}' },
  });
});

test('no header turns nothing', () => expect(knobsOfHeader(undefined)).toEqual({}));

test.each([
  [{ ttftMS: 5 }, /no knob 'ttftMS'/],
  [{ ttftMs: '5' }, /'ttftMs' takes a number/],
  [{ ttftMs: -5 }, /0 or more/],
  [{ cutAfter: true }, /'cutAfter' takes a number/],
  [{ answer: 5 }, /'answer' takes a string/],
  [{ usage: 'much' }, /one of none, plain/],
  [{ toString: 5 }, /no knob 'toString'/],
  [[1], /JSON object/],
  [null, /JSON object/],
])('refuses %j', (given, message) => expect(() => checkKnobs(given)).toThrow(message));

test('reports all faults at once', () =>
  expect(() => checkKnobs({ a: 1, gapMs: 'x' })).toThrow("there is no knob 'a'; 'gapMs' takes a number"));

test('refuses a header that is not JSON', () =>
  expect(() => knobsOfHeader('{ttftMs:5}')).toThrow('x-sim is not JSON'));
