import { z } from 'zod';
import { count } from '../../base/text.ts';
import { defineCheck } from '../check.ts';
import { quote } from '../clean-text.ts';
import { type TextUnit, textUnits } from '../count-text.ts';
import { numberField } from '../fields.ts';

const units = Object.keys(textUnits) as [TextUnit, ...TextUnit[]];
const bound = () => numberField(z.number().int().min(0), 'a whole number, 0 or more').optional();

export const length = defineCheck({
  type: 'length',
  summary: 'the answer has at least `min` and at most `max` words, lines, sentences or characters',
  fields: {
    unit: z
      .enum(units)
      .describe(
        'words: separated by blanks; lines: non-blank ones; sentences: by the rules of Unicode; characters: as readers see them',
      ),
    min: bound().describe('this many or more'),
    max: bound().describe('this many or fewer'),
  },
  examples: [
    { given: { unit: 'words', max: 3 }, answer: 'Yes, it is.', passes: true },
    { given: { unit: 'sentences', max: 1 }, answer: 'Yes. It is.', passes: false },
  ],
  fault({ min, max }) {
    if (min === undefined && max === undefined)
      return { field: 'unit', message: 'needs "min", "max" or both' };
    if (min === undefined || max === undefined || min <= max) return undefined;
    return { field: 'max', message: `is below min (${min})` };
  },
  check({ unit, min = 0, max = Infinity }, { text }) {
    const found = textUnits[unit](text);
    if (found >= min && found <= max) return { pass: true };
    const noun = (number: number): string => count(number, unit.slice(0, -1));
    const wanted = found < min ? `at least ${noun(min)}` : `at most ${noun(max)}`;
    return { pass: false, why: `expected ${wanted}, got ${noun(found)}: ${quote(text)}` };
  },
});
