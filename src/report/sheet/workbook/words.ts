import { oneLine } from '../../../base/text.ts';
import { ranked, rankingLetters } from '../../ranking.ts';
import { placesOf } from '../../places.ts';
import { isSimulated, type Report } from '../../run-report.ts';
import type { Summarized } from '../sheet-format.ts';
import type { SummaryEntry } from './summary-columns.ts';

/** The suites of some runs, each once. */
export function suiteNames(runs: readonly Summarized[]): string {
  const names = [...new Set(runs.map(({ report }) => oneLine(report.run.suite, 60)))];
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

/** `2026-11-22 03:17 UTC`. */
export const minuteOf = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** Title of a chart. Every picture of simulated models says so. No title starts with a name from outside. */
export function chartTitle(title: string, runs: readonly Summarized[]): string {
  const simulated = runs.filter(({ report }) => isSimulated(report.run)).length;
  if (simulated === 0) return title;
  return `${simulated === runs.length ? 'SIMULATED' : 'PARTLY SIMULATED'}: ${title}`;
}

/** Meanings are written for Markdown. */
export const withoutMarkup = (meaning: string): string => meaning.replaceAll('`', '');

/** The models of one run, place by place, in the order of its ranking. */
export const entriesOf = (run: Summarized): SummaryEntry[] =>
  placesOf(run.report).flatMap(({ report }) => entriesIn(run, report));

function entriesIn(run: Summarized, report: Report): SummaryEntry[] {
  const rows = ranked(report.models, report.run.success_floor);
  const letters = rankingLetters(rows, report);
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
