import type { PairRow } from '../../../analysis/summary-columns.ts';
import { type Column, text } from '../../../base/column.ts';
import { count } from '../../../base/text.ts';
import { headlines } from '../../../measure/metrics.ts';
import type { ExportedRun } from '../sheet-format.ts';
import { type Field, tableNamed } from '../tables.ts';
import type { Book } from './book.ts';
import { type Look, tones } from './look.ts';
import { addTableSheet } from './table-sheet.ts';

const inWords: Column = text('in_words', 'the same as a sentence');

const first = ['run_started_at', 'metric', 'model_a', 'model_b', 'verdict', inWords.name];
const last = ['run_id', 'date', 'hour_utc', 'suite'];

/** As in `pairs.csv`, but with the verdict before its figures and the run at the end. */
export const pairFields: readonly Field[] = inOrder([
  ...tableNamed('pairs').fields,
  { column: inWords, of: (row) => sentence(row as unknown as PairRow) },
]);

function inOrder(fields: readonly Field[]): readonly Field[] {
  const named = (names: readonly string[]): Field[] =>
    names.flatMap((name) => fields.filter(({ column }) => column.name === name));
  const rest = fields.filter(({ column }) => !first.includes(column.name) && !last.includes(column.name));
  return [...named(first), ...rest, ...named(last)];
}

const verdictTones: Readonly<Record<string, Look>> = {
  faster: tones.good,
  better: tones.good,
  slower: tones.bad,
  worse: tones.bad,
  equal: tones.neutral,
  'not settled': tones.warning,
};

/** Colored verdicts; newest run first. */
export async function addPairs(book: Book, runs: readonly ExportedRun[]): Promise<void> {
  await addTableSheet(book, {
    sheet: 'Pairs',
    name: 'Pairs',
    fields: pairFields,
    rows: tableNamed('pairs').rows(runs),
    look: ({ column }, row) => (column.name === 'verdict' ? verdictTones[String(row['verdict'])] : undefined),
    frozen: 5,
    pages: 2,
  });
}

/** `b has 1.42× the TTFT of a (95 % interval 1.20× to 1.68×): slower.` */
export function sentence(pair: PairRow): string {
  const { model_a: a, model_b: b, verdict, more_prompts: more } = pair;
  const remedy = more === undefined ? '' : ` ${count(more, 'more prompt')} would probably settle it.`;
  return `${comparison(pair) ?? `${b} and ${a} were compared`}: ${verdict}.${remedy}`;
}

function comparison({
  metric,
  model_a: a,
  model_b: b,
  ratio,
  difference,
  ...pair
}: PairRow): string | undefined {
  if (difference !== undefined) {
    const interval = between(pair.difference_ci_low, pair.difference_ci_high, points);
    return `The pass rate of ${b} minus that of ${a} is ${points(difference)} percentage points${interval}`;
  }
  if (ratio === undefined) return undefined;
  const label = headlines.find(({ name }) => name === metric)?.label ?? metric;
  return `${b} has ${times(ratio)} the ${label} of ${a}${between(pair.ci_low, pair.ci_high, times)}`;
}

function between(low: number | undefined, high: number | undefined, write: (n: number) => string): string {
  if (low === undefined && high === undefined) return '';
  if (low === undefined) return ` (95 % interval up to ${write(high!)})`;
  return ` (95 % interval ${high === undefined ? `from ${write(low)}` : `${write(low)} to ${write(high)}`})`;
}

const times = (ratio: number): string => `${ratio.toFixed(2)}×`;
const points = (share: number): string =>
  `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(1)}`;
