import { laterColumns } from '../../plan/cell.ts';
import { modelColumns, type ModelSummary } from '../../analysis/summary-columns.ts';
import type { TagReport } from '../../analysis/by-tag.ts';
import { type Column, count, type RowOf, required, text } from '../../base/column.ts';
import type { Report } from '../run-report.ts';

/** Figures that are meaningful for a part of the prompts. */
const names = [
  'route',
  'model',
  'model_id',
  'prompts',
  'requests',
  'successes',
  'error_rate',
  'pass_rate',
  'pass_rate_ci_low',
  'pass_rate_ci_high',
  'tokens_per_request',
  'cost_per_1k_requests_usd',
  'ttft_ms_geomean',
  'ttft_ms_geomean_ci_low',
  'ttft_ms_geomean_ci_high',
  'e2e_latency_ms_geomean',
  'e2e_latency_ms_geomean_ci_low',
  'e2e_latency_ms_geomean_ci_high',
  ...laterColumns.map(({ name }) => name),
] as const;

const own = [
  required(text('tag', 'tag of the prompts')),
  required(count('needed_prompts', 'minimum prompts with this tag for any verdict')),
] as const satisfies readonly Column[];

type Name = (typeof names)[number];

/** One row per tag, model and route. */
export const tagColumns: readonly Column[] = [
  ...own,
  ...names.map((name) => modelColumns.find((column) => column.name === name)!),
];

export type TagRow = RowOf<typeof own> & Pick<ModelSummary, Name>;

export function tagRows(tags: readonly TagReport[]): TagRow[] {
  return tags.flatMap(({ tag, neededPrompts, models }) =>
    models.map((model) => ({
      tag,
      needed_prompts: neededPrompts,
      ...(Object.fromEntries(names.map((name) => [name, model[name]])) as Pick<ModelSummary, Name>),
    })),
  );
}

/** The report of a tag, for any format of a report. */
export function reportOfTag({ run }: Report, { models, pairs, leads }: TagReport): Report {
  return { run, models, pairs, leads, warnings: [] };
}

/** A note before a tag's verdict. Undefined if it has enough prompts. */
export function tooFewPrompts({ prompts, neededPrompts, models }: TagReport): string | undefined {
  if (models.length < 2 || prompts >= neededPrompts) return undefined;
  return `no verdict is possible before there are ${neededPrompts} prompts with this tag`;
}
