import { defined } from '../base/defined.ts';
import { levelText } from '../load/rate.ts';
import { cellKey, differences, type Names, namesOf } from '../plan/cell.ts';
import { levelWord } from '../stats/sign-test.ts';
import type { Threshold } from '../suite/suite.ts';
import type { LoadFigures } from './load-figures.ts';
import type { ThresholdResult } from './thresholds.ts';

/** Limits on the attainment of a level, decided by its visits like the level itself: held is ok, broken is failed. */
export function decideLevelThresholds(
  thresholds: readonly Threshold[],
  { load, levels: all, visits }: LoadFigures,
  planned: number,
): ThresholdResult[] {
  // An earlier version of the suite is a reference, and can no longer be fixed.
  const levels = all.filter(({ version }) => version !== 'before');
  // One for all levels of a cell: what none of them can decide is reported once.
  const cells = [...new Map(levels.map((row) => [cellKey(namesOf(row)), namesOf(row)])).values()];
  return thresholds.flatMap((threshold) => {
    const { level, min = 0, model: only } = threshold;
    const ofModel = cells.filter(({ model }) => (only ?? model) === model);
    if (level === undefined)
      return unsettled(threshold, ofModel, 'the load has levels, and no figure pools them');
    const rows = levels.filter((row) => row.level === level && (only ?? row.model) === row.model);
    if (rows.length === 0) return unsettled(threshold, ofModel, `no visit at ${levelText(load, level)}`);
    return rows.map((row): ThresholdResult => {
      const ours = visits.filter(
        (visit) =>
          differences(visit, row).length === 0 &&
          visit.level === level &&
          visit.kind === 'visit' &&
          visit.word !== 'void',
      );
      const passed = ours.filter(({ share: good, isSteady }) => isSteady && good >= min).length;
      const word = levelWord(passed, ours.length - passed, planned);
      const reason = `${passed} of ${ours.length} visits at ${levelText(load, level)} kept it`;
      const verdict = word === 'held' ? 'ok' : word === 'broken' ? 'failed' : 'not settled';
      return { threshold, ...namesOf(row), verdict, ...defined({ value: row.attainment }), reason };
    });
  });
}

/** If a limit cannot be decided, each cell gets a result that says so: a limit is never skipped silently. */
const unsettled = (threshold: Threshold, cells: readonly Names[], reason: string): ThresholdResult[] =>
  cells.map((names) => ({ threshold, ...names, verdict: 'not settled', reason }));
