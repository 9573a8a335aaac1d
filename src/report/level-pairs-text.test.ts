import { expect, test } from 'vitest';
import type { PairRow } from '../analysis/summary-columns.ts';
import { levelPairLines } from './level-pairs-text.ts';

const pair = (change: Partial<PairRow>): PairRow =>
  ({ metric: 'attainment', model_a: 'swift', model_b: 'tail', level: 2, visits: 8, ...change }) as PairRow;

const worse = pair({
  verdict: 'worse',
  ...{ difference: -0.125, difference_ci_low: -0.2, difference_ci_high: -0.05 },
});

test('what is settled comes first, with its size and the range of it', () => {
  const lines = levelPairLines({
    load: 'open',
    pairs: [
      pair({
        level: 1,
        verdict: 'not settled',
        difference: 0,
        difference_ci_low: 0,
        difference_ci_high: 0.1,
      }),
      worse,
      pair({
        ...{ metric: 'e2e_due_ms', verdict: 'slower', ratio: 1.42, ci_low: 1.2, ci_high: 1.6 },
        level: 4,
      }),
      pair({ level: 8, verdict: 'not settled' }),
    ],
  });
  expect(lines).toEqual([
    'At 2/s: tail has 12.5 points fewer good requests than swift (95 %: 5 – 20).',
    'At 4/s: tail takes 1.42× as long from due as swift (95 %: 1.20 – 1.60).',
    'Not settled at 1/s and 8/s: good requests of tail against swift.',
  ]);
});

test('levels of concurrency, an interval that is open on one side, and names that are not markup', () => {
  const [line] = levelPairLines({
    load: 'closed',
    pairs: [
      pair({
        ...{ metric: 'answered_rps', verdict: 'faster', ratio: 2, ci_low: 1.5, ci_high: undefined },
        model_b: 'a\nb',
      }),
    ],
  });
  expect(line).toBe(
    'At 2 at once: a b gives 2.00× as many answers per second as swift (95 %: 1.50 or more).',
  );
});

test('too few visits to settle anything are reported, with how many would be enough', () => {
  const lines = levelPairLines({ load: 'closed', pairs: [pair({ verdict: 'not settled', visits: 3 })] });
  expect(lines.at(-1)).toBe('3 visits in pairs settle no difference: 6 are the least, and 8 are better.');
});

test('limits are apart, or it is not settled', () => {
  const limit = (verdict: string): PairRow =>
    pair({ metric: 'limit_rps', level: undefined, visits: undefined, verdict, ci_high: 0.5 });
  const lines = levelPairLines({ load: 'open', pairs: [limit('worse'), limit('not settled')] });
  expect(lines).toEqual([
    "swift's limit is surely higher than tail's: at least 2.00× as high.",
    'Which of swift and tail has the higher limit is not settled: the known ranges of the two limits overlap.',
  ]);
});
