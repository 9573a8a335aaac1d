import { expect, test } from 'vitest';
import { escapeFormula, looksLikeFormula } from './formula.ts';

test.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '＝1', '＋1+1', '－x', '＠x'])('%j is escaped', (text) => {
  expect(escapeFormula(text)).toBe(`'${text}`);
});

test.each([' =x', '\u00a0=x', '\u3000@x', '\u200b=x', '\ufeff=x', '\t=x', '\r\n=x', '\0=x'])(
  '%j is escaped: nothing invisible hides a formula',
  (text) => {
    expect(escapeFormula(text)).toBe(`'${text}`);
  },
);

test.each(['\tplain', '\rplain', '\nplain'])('%j is escaped, as OWASP advises', (text) => {
  expect(looksLikeFormula(text)).toBe(true);
});

test.each(['-5', '+5', '-5.25', '-5,25', '+1e-7', '-.5'])('%j stays the number that it is', (text) => {
  expect(escapeFormula(text)).toBe(text);
});

test.each(['', 'plain', 'a=b', ' plain', 'x@example.org', '5-3', "'=1", '1 + 1'])(
  '%j stays as it is',
  (text) => {
    expect(escapeFormula(text)).toBe(text);
  },
);

test.each(['-', '--5', '-5-5', '+49 89 1234', '-5\n=1'])('%j is not a number, so it is escaped', (text) => {
  expect(looksLikeFormula(text)).toBe(true);
});
