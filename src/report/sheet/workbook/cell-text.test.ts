import { expect, test } from 'vitest';
import { anyText } from '../../../base/testing/any-text.ts';
import { parseXml } from '../testing/workbook.ts';
import { cellLimit, cellText } from './cell.ts';
import fc from 'fast-check';

/** Unpaired surrogates and anything else that fits into 16 bits. */
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

test('characters that XML forbids are taken out, all others stay', () => {
  expect(cellText('a\u0000\u0007\u001f\u007f\u0085\ufffe\uffff\ud800b\udc00')).toBe('ab');
  expect(cellText('tab\t é 東 😀 \ue000 \ufffd')).toBe('tab\t é 東 😀 \ue000 \ufffd');
});

test('every kind of line end becomes a line feed', () => {
  expect(cellText('a\r\nb\rc\nd')).toBe('a\nb\nc\nd');
});

test('a text of exactly the limit stays whole, a longer one is cut with a mark', () => {
  expect(cellText('x'.repeat(cellLimit))).toBe('x'.repeat(cellLimit));
  const cut = cellText('x'.repeat(cellLimit + 1));
  expect(cut).toHaveLength(cellLimit);
  expect(cut).toMatch(/x… \[cut: the limit of a cell in Excel\]$/);
});

test('a cut never leaves half a character', () => {
  for (const head of ['', 'x']) expect(cellText(head + '😀'.repeat(20_000)).isWellFormed()).toBe(true);
});

test('line feeds beyond what Excel holds become blanks', () => {
  const lines = cellText('a\n'.repeat(300));
  expect(lines.split('\n')).toHaveLength(254);
  expect(lines).toHaveLength(600);
});

test('whatever the text, the result is XML', () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), anyUnits), (text) => {
      const escaped = cellText(text).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
      expect(parseXml(`<t>${escaped}</t>`).text).toBe(cellText(text));
    }),
  );
});
