import type { QualityRecords } from '../../journal/quality-journals.ts';
import { cellKey, type CellNames, namesOf } from '../../plan/cell.ts';
import type { Suite } from '../../suite/suite.ts';
import { defaultAlpha } from '../../stats/interval.ts';
import { labeler } from '../cell-pairs.ts';
import type { CellSamples, Collected } from '../collect.ts';
import type { CriterionRates } from '../need-limit.ts';
import { shareOf } from '../statistic.ts';
import { emptyRow, figuresOf, qualityRows } from './criterion-rates.ts';
import { lengthRatios } from './lengths.ts';
import { saidOf, type Said } from './opinions.ts';
import { criterionPairs, preferenceRows, type CriterionPair } from './preferences.ts';
import type { PreferenceRow, QualityRow } from './quality-columns.ts';
import { qualityWarnings } from './quality-warnings.ts';

/** How good the answers are, by checks, judges and people. */
export interface QualityFigures {
  /** `quality.csv`. */
  readonly rows: readonly QualityRow[];
  /** `preferences.csv`. */
  readonly preferences: readonly PreferenceRow[];
  /** Comparisons of models on each criterion that asks about one answer. */
  readonly pairs: readonly CriterionPair[];
  /** Rates for limits. */
  readonly rates: CriterionRates;
  readonly warnings: readonly string[];
}

/**
 * Figures from the opinions on the answers of a run. `records`: absent if there are none. `family`: error probability
 * of all verdicts between models together, if several parts of a run share it.
 */
export function qualityOf(
  collected: Collected,
  suite: Pick<Suite, 'prompts'>,
  records: Pick<QualityRecords, 'judgements' | 'ratings'> = { judgements: [], ratings: [] },
  family = defaultAlpha,
): QualityFigures {
  const order = [...new Set(collected.cells.map(({ model }) => model))];
  const said = saidOf(records, order);
  const label = labeler(collected);
  const answers = said.filter(({ other }) => other === undefined);
  const cellOf = (one: Said): CellSamples | undefined =>
    collected.cells.find((cell) => subjectKey(cell, '') === subjectKey(one, ''));
  const rows = [
    ...collected.cells.flatMap((cell) => checkRow(cell)),
    ...answers.flatMap((one) => qualityRows(one, answersOf(cellOf(one), one, suite))),
  ];
  const preferences = preferenceRows(said, label, lengthRatios(collected));
  const bySubject = new Map(answers.map((one) => [subjectKey(one, one.criterion), one]));
  return {
    rows,
    preferences,
    pairs: criterionPairs(said, label, family),
    rates: (cell, criterion, alpha) => {
      const one = bySubject.get(subjectKey(cell, criterion));
      return one && figuresOf(one, alpha)[0];
    },
    warnings: qualityWarnings(said, preferences, label),
  };
}

/** Pairs on criteria that do not rest on a judge alone. */
export const firmPairs = ({ pairs }: Pick<QualityFigures, 'pairs'>): CriterionPair[] =>
  pairs.filter(({ basis }) => basis !== 'judge');

const subjectKey = (cell: CellNames, criterion: string): string => `${criterion}\n${cellKey(namesOf(cell))}`;

/** Answers to prompts that have the criterion: all that could have been judged. */
function answersOf(
  cell: CellSamples | undefined,
  { criterion, items }: Said,
  { prompts }: Pick<Suite, 'prompts'>,
): number {
  if (cell === undefined) return items.length;
  const asked = prompts.filter((prompt) => prompt.criteria?.some(({ id }) => id === criterion));
  // For a criterion that a later version of the suite added, only the judged answers are known.
  if (asked.length === 0) return items.length;
  return asked.reduce((sum, { id }) => {
    const samples = cell.prompts.get(id);
    return sum + (samples ? samples.requests - samples.failures : 0);
  }, 0);
}

/** The rate by checks. */
function checkRow(cell: CellSamples): QualityRow[] {
  const clusters = [...cell.prompts.values()].map(({ passed }) => passed).filter(({ total }) => total > 0);
  const share = shareOf(clusters);
  if (share === undefined) return [];
  const judged = clusters.reduce((sum, { total }) => sum + total, 0);
  const answers = [...cell.prompts.values()].reduce(
    (sum, { requests, failures }) => sum + requests - failures,
    0,
  );
  return [
    {
      ...emptyRow({ ...namesOf(cell), criterion: 'passed', basis: 'checks', answers }),
      prompts: clusters.length,
      judged,
      rate: share.point,
      rate_ci_low: share.interval.low,
      rate_ci_high: share.interval.high,
      pass_all_repeats: clusters.filter(({ hits, total }) => hits === total).length / clusters.length,
    },
  ];
}
