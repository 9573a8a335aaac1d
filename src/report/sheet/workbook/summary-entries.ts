import { rankingLetters } from '../../pairs.ts';
import { ranked } from '../../ranking-lines.ts';
import type { Summarised } from '../sheet-format.ts';
import type { SummaryEntry } from './summary-sheet-columns.ts';

/** The models of one run in the order of its ranking. */
export function entriesOf(run: Summarised): SummaryEntry[] {
  const rows = ranked(run.report.models, run.report.run.success_floor);
  const letters = rankingLetters(rows, run.report);
  return rows.map(({ model, rank }) => {
    const shared = rank === undefined ? undefined : letters[rank - 1];
    return {
      run,
      model,
      ...(rank === undefined ? {} : { rank }),
      ...(shared === undefined ? {} : { letters: shared }),
    };
  });
}
