import { type Column, required, type RowOf, text, time } from '../base/column.ts';
import { rowCheck } from '../journal/csv-file.ts';
import { headlines } from '../measure/metrics.ts';
import type { Report } from './analysis.ts';
import { figureName, figuresOf, modelColumns, type ModelSummary } from './summary-columns.ts';

const ofNight = [
  required(time('at', 'start of the run, whose day in UTC is its night')),
  text('tag', 'only the prompts with this tag; empty: all prompts'),
  text('suite_hash', 'SHA-256 of the resolved suite'),
  text('ask_hash', 'SHA-256 of what each model was asked'),
] as const satisfies readonly Column[];

/**
 * `nights.csv`, in this order: the columns of `models.csv`, one row per night, model, route and variant, and the same
 * for each tag. The values that the gate decides by are in `history.csv`.
 */
export const nightColumns = [...ofNight, ...modelColumns, rowCheck] as const;

export type NightRow = RowOf<typeof ofNight> & ModelSummary;

/**
 * Tonight's rows, without metrics that the machine was too busy to measure.
 *
 * @param lost names of these metrics.
 */
export function nightFigures(
  { models, tags = [] }: Pick<Report, 'models' | 'tags'>,
  run: { started_at: string; suite_hash: string; ask_hash?: string },
  lost: readonly string[],
): NightRow[] {
  const { started_at: at, suite_hash, ask_hash } = run;
  const unmeasured = Object.fromEntries(
    headlines
      .filter(({ name }) => lost.includes(name))
      .flatMap(({ name }) => figuresOf(name).map((figure) => [figureName(name, figure), undefined])),
  );
  const rowsOf = (tag: string | undefined, of: readonly ModelSummary[]): NightRow[] =>
    of.map((model) => ({ ...model, ...unmeasured, at, tag, suite_hash, ask_hash }));
  return [...rowsOf(undefined, models), ...tags.flatMap((one) => rowsOf(one.tag, one.models))];
}
