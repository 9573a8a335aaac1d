import { z } from 'zod';
import { defineCheck, type Finding } from '../check.ts';
import { numberField } from '../fields.ts';
import { numbersIn } from '../parse-number.ts';
import { quote } from '../clean-text.ts';

const picks = ['last', 'first', 'only', 'any'] as const;

export const numeric = defineCheck({
  type: 'numeric',
  summary: 'the number in the answer equals this one, within a tolerance',
  fields: {
    value: numberField(z.number(), 'a number'),
    tolerance: numberField(z.number().min(0), 'an allowed distance, 0 or more').default(0),
    relative_tolerance: numberField(
      z.number().min(0),
      'an allowed distance as a share of the value, 0 or more; the wider of the two tolerances counts',
    ).default(0),
    pick: z
      .enum(picks)
      .default('last')
      .describe('which number counts: the last in the answer, the first, the only one allowed, or any'),
    decimal: z
      .enum(['.', ','])
      .default('.')
      .describe('the decimal mark; the other one separates thousands, as do apostrophes and thin spaces'),
  },
  examples: [
    { given: { value: 3.3, tolerance: 0.1 }, answer: 'about 3.4', passes: true },
    { given: { value: 42 }, answer: 'forty-two', passes: false },
  ],
  check({ value, tolerance, relative_tolerance, pick, decimal }, { text }) {
    const candidates = pickFrom(numbersIn(text, decimal), pick);
    if (typeof candidates === 'string') return { pass: false, why: `${candidates} in ${quote(text)}` };
    const allowed = Math.max(tolerance, relative_tolerance * Math.abs(value));
    return candidates.some((found) => isNear(found, value, allowed))
      ? { pass: true }
      : miss(candidates, value, allowed);
  },
});

/** The numbers to compare, or why there are none. */
function pickFrom(numbers: number[], pick: (typeof picks)[number]): number[] | string {
  if (numbers.length === 0) return 'there is no number';
  if (pick === 'any') return numbers;
  if (pick === 'only' && numbers.length > 1) return `there are ${numbers.length} numbers, not one`;
  return [numbers.at(pick === 'last' ? -1 : 0)!];
}

/** A tolerance of a few units in the last place, so that 3.4 lies within 0.1 of 3.3. */
function isNear(found: number, value: number, allowed: number): boolean {
  const slack = 4 * Number.EPSILON * Math.max(Math.abs(found), Math.abs(value));
  return Number.isFinite(found) && Math.abs(found - value) <= allowed + slack;
}

function miss(candidates: number[], value: number, allowed: number): Finding {
  const expected = allowed > 0 ? `${value} ± ${allowed}` : String(value);
  return { pass: false, why: `expected ${expected}, found ${candidates.slice(0, 5).join(', ')}` };
}
