import { expect, test } from 'vitest';
import { Allowance, limitsOf } from './allowance.ts';

test('what is allowed is a sum that can be checked by hand', () => {
  const extent = { cells: 3, providers: 2, compat: true, tryBearer: true, account: true };
  expect(limitsOf(extent)).toEqual({ requests: 3 * 2 + 1 + 2 * 3 + 2 + 8, tokens: 7 * 320 + 2 * 65 });
  const least = { cells: 1, providers: 1, compat: false, tryBearer: false, account: false };
  expect(limitsOf(least)).toEqual({ requests: 5, tokens: 640 });
});

test('nothing is allowed beyond the limits, of requests or of tokens', () => {
  const allowance = new Allowance({ requests: 3, tokens: 640 });
  expect([allowance.take(320), allowance.take(321), allowance.take(320)]).toEqual([true, false, true]);
  expect(allowance.take(1)).toBe(false);
  allowance.settle(320, 40);
  expect(allowance.take()).toBe(true);
  expect(allowance.take()).toBe(false);
  expect(allowance.spent).toEqual({ requests: 3, tokens: 360 });
});

test('usage beyond the allowance is reported separately, and ends the examination', () => {
  const allowance = new Allowance({ requests: 9, tokens: 640 });
  expect(allowance.take(320)).toBe(true);
  allowance.settle(320, 700);
  expect([allowance.spent.tokens, allowance.overrun]).toEqual([320, 380]);
  expect(allowance.take(320)).toBe(false);
});
