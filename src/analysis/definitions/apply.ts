import { defined } from '../../base/defined.ts';
import type { AnswerLine } from '../../journal/answers.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import { cellKey, type Names, namesOf } from '../../plan/cell.ts';
import { median } from '../../stats/quantile.ts';
import type { RowCollector } from '../analyse.ts';
import type { ModelSummary } from '../summary-columns.ts';
import { eventsOf } from './events.ts';
import { ourTool, type ToolFigures, tools } from './tools.ts';

export type FigureName = keyof ToolFigures;

/**
 * What a tool would report for a model on this run. For other tools: the median of each figure over the model's
 * requests.
 */
export interface ToolReading {
  tool: string;
  figures: Partial<Record<FigureName, number>>;
}

export type ModelReadings = Names & {
  /** Requests to which all definitions apply. */
  requests: number;
  readings: ToolReading[];
};

const ownFigures = (model: ModelSummary): ToolReading['figures'] =>
  defined({
    ttft: model.ttft_ms_geomean,
    perToken: model.tpot_ms,
    e2e: model.e2e_latency_ms_geomean,
    speed: model.output_tps,
  });

const names: readonly FigureName[] = ['ttft', 'perToken', 'gap', 'e2e', 'speed'];

/** Picks the rows whose answers count: valid, measured, final. */
export class MeasuredRows implements RowCollector {
  readonly byEvent = new Map<string, RequestRow>();

  add(row: RequestRow): void {
    if (row.final && row.phase === 'measure' && row.valid === true) this.byEvent.set(row.event_id, row);
  }
}

/**
 * The stored instants of a run under every tool's definitions. Our own line repeats the table: a figure has one value.
 */
export async function applyDefinitions(
  { byEvent }: MeasuredRows,
  answers: AsyncIterable<AnswerLine>,
  summaries: readonly ModelSummary[],
): Promise<ModelReadings[]> {
  const own = new Map(summaries.map((one) => [cellKey(one), ownFigures(one)]));
  const models = new Map<string, { names: Names; figures: ToolFigures[][] }>();
  for await (const line of answers) {
    const row = byEvent.get(line.event_id);
    const events = row && eventsOf(row, line);
    if (!events) continue;
    const key = cellKey(namesOf(row));
    const model = models.get(key) ?? { names: namesOf(row), figures: tools.map(() => []) };
    models.set(key, model);
    for (const [index, tool] of tools.entries()) model.figures[index]!.push(tool.of(events));
  }
  return [...models.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { names: which, figures }]) => ({
      ...which,
      requests: figures[0]!.length,
      readings: tools.map(({ name }, index) => ({
        tool: name,
        figures: { ...mediansOf(figures[index]!), ...(name === ourTool ? own.get(key) : {}) },
      })),
    }));
}

function mediansOf(figures: readonly ToolFigures[]): ToolReading['figures'] {
  const medians: ToolReading['figures'] = {};
  for (const name of names) {
    const values = figures.map((figure) => figure[name]).filter((value) => value !== undefined);
    if (values.length > 0) medians[name] = median(values);
  }
  return medians;
}
