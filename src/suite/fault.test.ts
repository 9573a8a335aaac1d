import { expect, test } from 'vitest';
import { describeFaults, offsetOfLine, positionOf, type Fault, type Source } from './fault.ts';

const source: Source = { name: 'a.yaml', text: 'one\n  two: 2\nthree\n' };
const at = (offset: number, message = 'is wrong', from = source): Fault => ({
  source: from,
  offset,
  message,
});

test('lines and columns count from 1', () => {
  expect(positionOf(source, 0)).toEqual({ line: 1, column: 1 });
  expect(positionOf(source, 6)).toEqual({ line: 2, column: 3 });
  expect(positionOf(source, 13)).toEqual({ line: 3, column: 1 });
  expect(positionOf(source, source.text.length)).toEqual({ line: 4, column: 1 });
});

test('a line beyond the last one begins where the last one does', () => {
  expect(offsetOfLine(source, 2)).toBe(4);
  expect(offsetOfLine(source, 99)).toBe(19);
});

test('a fault has its place, its path, its line and a caret below the spot', () => {
  expect(describeFaults([{ ...at(6), path: ['x', 0, 'two'] }])).toBe(
    'a.yaml:2:3: x.0.two: is wrong\n    2 |   two: 2\n      |   ^',
  );
});

test('faults come in reading order, those of other files after those of the first', () => {
  const other = { name: 'b.csv', text: 'x\n' };
  const lines = describeFaults([at(13), at(0, 'is wrong', other), at(6)]).split('\n');
  expect(lines.filter((line) => line.includes('is wrong'))).toEqual([
    'a.yaml:2:3: is wrong',
    'a.yaml:3:1: is wrong',
    'b.csv:1:1: is wrong',
  ]);
});

test('the same fault is reported once', () => {
  expect(describeFaults([at(6), at(6)])).toBe(describeFaults([at(6)]));
});

test('beyond a hundred, faults are counted', () => {
  const faults = Array.from({ length: 1234 }, (_, n) => at(0, `fault ${n}`));
  const lines = describeFaults(faults).split('\n');
  expect(lines.filter((line) => line.startsWith('a.yaml:1:1: '))).toHaveLength(100);
  expect(lines.at(-1)).toBe('… and 1,134 more faults');
});

test('the caret is right below wide characters, and after a tab', () => {
  const wide = { name: 'w', text: '東京: x\n\tkey: y' };
  expect(describeFaults([at(4, 'm', wide)])).toBe('w:1:5: m\n    1 | 東京: x\n      |       ^');
  expect(describeFaults([at(7, 'm', wide)])).toBe('w:2:2: m\n    2 |  key: y\n      |  ^');
});

test('of a long line the part around the spot is shown', () => {
  const long = { name: 'l', text: `${'a'.repeat(500)}!${'b'.repeat(500)}` };
  const [, line, caret] = describeFaults([at(500, 'm', long)]).split('\n');
  expect(line).toBe(`    1 | …${'a'.repeat(55)}!${'b'.repeat(54)}…`);
  expect(caret!.indexOf('^')).toBe(line!.indexOf('!'));
});

test('a line that holds a secret is never shown, not even for another fault in it', () => {
  const line = { name: 's', text: 'key: secret, other: x\nnext: y' };
  const text = describeFaults([
    { ...at(0, 'no secrets', line), isSecret: true },
    at(13, 'm', line),
    at(22, 'm', line),
  ]);
  expect(text).toBe('s:1:1: no secrets\ns:1:14: m\ns:2:1: m\n    2 | next: y\n      | ^');
});

test('nothing in a fault reaches the terminal as an escape sequence', () => {
  const evil = { name: 'e\u001b[31m.yaml', text: 'k\u001b]0;title\u0007\u202e: 1' };
  const text = describeFaults([{ ...at(0, 'odd \u001b[2J word\nand more', evil), path: ['k\u001b[1m'] }]);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  expect(text).toContain('odd word and more');
});
