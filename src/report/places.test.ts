import { describe, expect, test } from 'vitest';
import { placeVerdicts } from '../analysis/places.ts';
import type { PairRow } from '../analysis/summary-columns.ts';
import { firstLine } from './first-line.ts';
import { placeSentences } from './places.ts';
import { usual } from './testing/sample-reports.ts';

const all = ['ams', 'fra', 'lhr', 'nrt', 'tok'];
const pairs = (verdicts: Readonly<Record<string, string>>, metric = 'e2e_latency_ms'): PairRow[] =>
  Object.entries(verdicts).map(
    ([vantage, verdict]) =>
      ({
        metric,
        model_a: `glm from ${vantage}`,
        model_b: `kimi from ${vantage}`,
        verdict,
        vantage,
      }) as PairRow,
  );
const said = (rows: readonly PairRow[]): string[] => placeSentences({ places: placeVerdicts(rows, all) });

describe('places side by side', () => {
  const slower = { ams: 'slower', fra: 'slower', lhr: 'slower', nrt: 'slower' };

  test.each<[string, PairRow[], string[]]>([
    [
      'most of them agree, and one is open',
      pairs({ ...slower, tok: 'not settled' }),
      ['kimi is slower than glm in 4 of 5 places, not settled from tok'],
    ],
    [
      'one has no such model',
      pairs(slower),
      ['kimi is slower than glm in 4 of 5 places, not compared from tok'],
    ],
    ['all agree', pairs({ ...slower, tok: 'slower' }), ['kimi is slower than glm in 5 of 5 places']],
    [
      'one says the contrary',
      pairs({ ...slower, tok: 'faster' }),
      ['kimi is slower than glm in 4 of 5 places, but faster from tok'],
    ],
    [
      'most are open',
      pairs({
        ams: 'slower',
        fra: 'not settled',
        lhr: 'not settled',
        nrt: 'not settled',
        tok: 'not settled',
      }),
      ['kimi is slower than glm in 1 of 5 places, not settled in 4 of 5 places'],
    ],
    ['nothing is settled', pairs({ ams: 'not settled', fra: 'not settled' }), []],
    [
      'pass rates have their own words',
      pairs({ ...slower, ams: 'worse', fra: 'worse', lhr: 'equal', nrt: 'equal' }, 'passed'),
      ['kimi passes less often than glm in 2 of 5 places, equal from lhr and nrt, not compared from tok'],
    ],
  ])('%s', (_, rows, sentences) => {
    expect(said(rows)).toEqual(sentences);
  });

  test('a run from one place has nothing to say of places', () => {
    expect(placeVerdicts(pairs({ fra: 'slower' }), ['fra'])).toEqual([]);
  });
});

describe('the first line', () => {
  const lead = (vantage: string, first: string, morePrompts?: number) => ({
    vantage,
    leads: [
      { metric: 'e2e_latency_ms' as const, models: [`${first} from ${vantage}`], among: 2, isEqual: false },
      {
        ...{ metric: 'passed' as const, models: [`glm from ${vantage}`, `kimi from ${vantage}`], among: 2 },
        ...{ isEqual: false, ...(morePrompts === undefined ? {} : { morePrompts }) },
      },
    ],
  });
  const line = (...leads: ReturnType<typeof lead>[]): string =>
    firstLine({
      ...{ run: { ...usual.run, vantages: leads.map(({ vantage }) => vantage) } },
      ...{ models: [], pairs: [], warnings: [], leads },
    });

  test('says in how many places something holds, and not how many prompts each of them lacks', () => {
    expect(line(lead('ams', 'glm', 8), lead('fra', 'glm'), lead('tok', 'kimi', 3))).toBe(
      'In 2 of 3 places glm is the fastest; which passes the most is open; from tok kimi is the fastest; which passes the most is open.',
    );
    expect(line(lead('ams', 'glm'), lead('fra', 'glm'))).toBe(
      'In both places glm is the fastest; which passes the most is open.',
    );
  });
});
