import { expect, test } from 'vitest';
import { json, jsonText } from './json-text.ts';

/** Parsed, as such values come: nothing else makes them so deep. */
const nested = (levels: number, [open, close] = ['[', ']']): unknown =>
  JSON.parse(`${open.repeat(levels)}1${close.repeat(levels)}`);

test.each([
  [1000, true],
  [1001, false],
  [200_000, false],
])('%i levels are written: %s, by any version of Node', (levels, isWritten) => {
  for (const brackets of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as [string, string][]) {
    const value = nested(levels, brackets);
    expect(json(value) !== undefined).toBe(isWritten);
    expect(jsonText(value) === '(nested too deeply to be shown)').toBe(!isWritten);
  }
});

test('a value that is neither a list nor an object has no depth', () => {
  for (const value of ['', 'a', 0, null, true, [], {}, [[], {}]])
    expect(jsonText(value)).toBe(JSON.stringify(value));
});
