import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coverage } from './coverage.prove.ts';
import {
  atTheMargin,
  equalRevisions,
  falseClaims,
  families,
  inSequence,
  revisionsInSequence,
} from './false-claims.prove.ts';
import { proveAll } from './testing/experiments.ts';
import { levelDifferences, unstableVisits } from './level-pairs.prove.ts';
import { limits } from './limits.prove.ts';
import { creeping, levelChanges, quietNights, regressions, runningMean } from './nightly.prove.ts';
import { quietShares } from './nightly-shares.prove.ts';
import {
  chosenSurely,
  correctedRates,
  judgedDifferences,
  judgedPreferences,
} from './quality/judged.prove.ts';
import { ownLag } from './own-lag.prove.ts';
import { passRates } from './pass-rates.prove.ts';
import { planPromise, powerTable } from './power-table.prove.ts';
import { certificate, holds, shortCertificate, type Proof } from './testing/proof.ts';
import { stoppingRule } from './stopping-rule.prove.ts';

/** The short, seeded proof. `npm run prove` is the complete one. Bands are wider by three standard errors. */
const effort = 0.05;
const slack = 3;

describe('the certificate in short', () => {
  test.each([
    ['a model against itself', falseClaims],
    ['two equal revisions of a suite', equalRevisions],
    ['five models against each other', families],
    ['a difference at the margin', atTheMargin],
    ['pass rates', passRates],
    ['intervals hold what they should', coverage],
    ['rates of judges, corrected', correctedRates],
    ['judged models against each other', judgedDifferences],
    ['preferences', judgedPreferences],
    ['models that are surely good enough', chosenSurely],
    ['our own lag drops no answer', ownLag],
    ['a ratio is found as often as foretold', powerTable],
    ['what plan names is settled', planPromise],
    ['stopping on the width', stoppingRule],
    ['nights without a change', quietNights],
    ['a running mean', runningMean],
    ['nights on which no pass rate changed', quietShares],
    ['nights with one', regressions],
    ['a slow slide', creeping],
    ['change points', levelChanges],
    ['the limit under an SLO', limits],
    ['models at levels of a load', levelDifferences],
    ['visits whose queue grows', unstableVisits],
  ])('%s', (_, experiment) => {
    const broken = experiment(effort).filter((proof) => !holds(proof, slack));
    expect(broken).toEqual([]);
  });
});

test.each([
  ['the models', inSequence],
  ['the revisions of a suite', revisionsInSequence],
])('asking %s one after the other does not pass for A/A', (_, experiment) => {
  const [asked] = experiment(effort);
  expect(holds(asked!, slack)).toBe(true);
  expect(asked!.measured).toBeGreaterThan(0.2);
  expect(holds({ ...asked!, measured: 0.05 }, slack)).toBe(false);
});

const proof: Proof = { group: 'g', claim: 'c', measured: 0.05, band: [0.035, 0.065], runs: 2000 };

test('a claim holds inside its band, ends included, and by chance a little outside', () => {
  expect(holds(proof)).toBe(true);
  expect(holds({ ...proof, measured: 0.065 })).toBe(true);
  expect(holds({ ...proof, measured: 0.066 })).toBe(false);
  expect(holds({ ...proof, measured: 0.066 }, 3)).toBe(true);
  expect(holds({ ...proof, measured: 0.09 }, 3)).toBe(false);
});

test('a figure that is reported but not claimed always holds', () => {
  const { band, ...told } = proof;
  expect(band).toBeDefined();
  expect(holds(told)).toBe(true);
});

test('the table says what was claimed, measured and demanded', () => {
  const table = certificate([
    proof,
    { ...proof, measured: 0.5, mustLeave: true },
    { ...proof, measured: 0.9, band: [0.93, 1] },
    { group: 'g', claim: 'told', measured: 3.75, unit: 'number', runs: 10 },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| g | c | 5.0 % | 3.5 % … 6.5 % | 2,000 | ✓ |',
    '| g | c | 50.0 % | outside 3.5 % … 6.5 % | 2,000 | ✓ |',
    '| g | c | 90.0 % | ≥ 93.0 % | 2,000 | ✗ |',
    '| g | told | 3.75 |  | 10 |  |',
    '',
  ]);
});

test('in short, proofs of one line are one row: their range where the band is one, else how many hold', () => {
  const line = 'alike';
  const table = shortCertificate([
    { ...proof, line },
    { ...proof, line, measured: 0.06 },
    { ...proof, line: 'apart', band: [0.2, 0.3], measured: 0.25 },
    { ...proof, line: 'apart', band: [0.4, 0.5], measured: 0.35 },
    { group: 'g', line: 'told', claim: 'c', measured: 0.756, runs: 500 },
    { ...proof, claim: 'in no line' },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| alike | 5.0 % … 6.0 % | 3.5 % … 6.5 % | 4,000 | ✓ |',
    '| apart | in 1 of 2 cases | in all | 4,000 | ✗ |',
    '| told | 75.6 % |  | 500 |  |',
    '',
  ]);
});

test('bench/README.md shows the claims that are made here, each of which holds', () => {
  const readme = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
  const [, shown = ''] = /<!-- start:certificate -->(.*)<!-- end:certificate -->/s.exec(readme) ?? [];
  const rows = (table: string): string[][] =>
    table
      .split('\n')
      .filter((text) => /^\| (?!claim|-)/.test(text))
      .map((text) => text.split('|').map((cell) => cell.trim()));
  const said = rows(shown);
  // A short run of each experiment gives the claims. The figures come from the complete proof.
  const made = rows(shortCertificate(proveAll(0)));
  const claimAndBand = (cells: string[]) => [cells[1], cells[3]];
  expect(said.map(claimAndBand)).toEqual(made.map(claimAndBand));
  for (const cells of said) expect(cells[5], cells[1]).toBe(cells[3] === '' ? '' : '✓');
});
