import { expect, expectTypeOf, test } from 'vitest';
import { resolved } from './resolved.ts';

test("names become the program's, what is absent goes, and what lies deeper stays as it was", () => {
  const given: { a_b_c_ms: number; same: string; left_out?: number | undefined; deep: { x_y: 1 } } = {
    a_b_c_ms: 1,
    same: 's',
    left_out: undefined,
    deep: { x_y: 1 },
  };
  const made = resolved(given);
  expect(made).toStrictEqual({ aBCMs: 1, same: 's', deep: { x_y: 1 } });
  expectTypeOf(made).toEqualTypeOf<{ aBCMs: number; same: string; leftOut?: number; deep: { x_y: 1 } }>();
});
