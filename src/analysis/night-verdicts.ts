import { compareValues } from '../base/compare-values.ts';
import { type Column, list, required, type RowOf, text, time } from '../base/column.ts';
import { rowCheck } from '../journal/csv-file.ts';
import { type GateWord, gateWords } from './gate.ts';

/**
 * `verdicts.csv`, in this order: the gate's verdicts on each run, first one row for the whole run, then one per alarm.
 * If a later decision about a night changes the verdict on a run, its rows are added again: the last ones count.
 */
export const verdictColumns = [
  required(time('at', 'start of the run, whose day in UTC is its night')),
  required(text('run_id', 'the run that was decided about')),
  required(text('suite', 'name of the suite')),
  list('routes', 'routes of the run'),
  required(text('word', '`pass`, `warning`, `fail`, `learning 3/7`, `not settled`, `incomplete`')),
  text('metric', 'what the alarm is about; empty for the run as a whole'),
  text('route', 'route of the alarm'),
  text('model', 'id in the suite; empty for all models together'),
  text('vantage', 'place that the alarm is about, if it has a name'),
  text('says', 'why, in a sentence; in a row of a run as a whole, why it is incomplete'),
  rowCheck,
] as const satisfies readonly Column[];

export type VerdictRow = RowOf<typeof verdictColumns>;

/** The gate's verdict on one run. */
export interface NightVerdict {
  readonly at: string;
  readonly runId: string;
  readonly suite: string;
  readonly routes: readonly string[];
  /** In the gate's words: `learning 3/7`. */
  readonly word: string;
  readonly verdict: GateWord;
  /** Why it is not compared, if it is incomplete. */
  readonly says?: string;
  /** Failures and warnings, each with its sentence. */
  readonly alarms: readonly VerdictRow[];
}

/** The last verdict about each run, oldest run first. */
export function nightVerdicts(rows: readonly VerdictRow[]): NightVerdict[] {
  const last = new Map<string, VerdictRow[]>();
  for (const row of rows) {
    if (row.metric === undefined) last.set(row.run_id, [row]);
    else last.get(row.run_id)?.push(row);
  }
  return [...last.values()]
    .map(([whole, ...alarms]) => verdictOf(whole!, alarms))
    .sort((a, b) => compareValues(a.at, b.at) || compareValues(a.runId, b.runId));
}

function verdictOf(
  { at, run_id, suite, routes = [], word, says }: VerdictRow,
  alarms: VerdictRow[],
): NightVerdict {
  return {
    ...{ at, suite, routes, word, alarms },
    runId: run_id,
    // A word from a later version means nothing to this one.
    verdict: gateWords.find((known) => known === word.replace(/ \d+\/\d+$/, '')) ?? 'not settled',
    ...(says === undefined ? {} : { says }),
  };
}
