import { defined } from '../../base/defined.ts';
import { labeler } from '../../analysis/cell-pairs.ts';
import type { CellSamples, Collected } from '../../analysis/collect.ts';
import type { Comparison } from '../../analysis/compare.ts';
import { describeExplanation } from '../../analysis/explain.ts';
import { withCosts } from '../../analysis/leads.ts';
import { clustersOf, meanOf } from '../../analysis/statistic.ts';
import type { Estimate } from '../../stats/interval.ts';
import { cellKey } from '../../plan/cell.ts';
import type { Prompt } from '../../suite/suite.ts';
import { placesOf } from '../places.ts';
import { ranked } from '../ranking.ts';
import type { Report } from '../run-report.ts';
import { gridPart, type GridSource } from './grid/grid-part.ts';
import type { ScannedRows } from './collect-page.ts';
import { type Curve, type CurveMetric, curveMetrics, curveOf } from './curve.ts';
import { modelLook } from './model-look.ts';
import type { AnswerPart, AnswerText, FirmPair, PageData, PageModel } from './page-parts.ts';
import { questionOf } from './question.ts';
import { promptPictures } from './prompt-dots.ts';

export interface PageSources {
  report: Report;
  comparison: Comparison;
  collected: Collected;
  scanned: ScannedRows;
  /** Of the suite. */
  prompts: readonly Prompt[];
  /** Stored texts of the chosen answers by event id. */
  answers?: ReadonlyMap<string, AnswerText>;
  /** Every answer, if requested. */
  grid?: GridSource | undefined;
}

/** Collects the data for the page. Pure. */
export function pageData({
  report,
  comparison,
  collected,
  scanned,
  prompts,
  answers,
  grid,
}: PageSources): PageData {
  const models = pageModels(report, collected, scanned);
  return {
    report,
    groups: comparison.groups,
    explanations: comparison.explanations.map(describeExplanation),
    models,
    firmPairs: firmPairs(report, collected, comparison),
    prompts: promptPictures(collected),
    failures: scanned.failures,
    failuresBeyond: scanned.failuresBeyond,
    slowest: scanned.slowest,
    workers: scanned.workers,
    workersBeyond: scanned.workersBeyond,
    answers: answerPart(scanned, prompts, answers),
    ...(grid === undefined ? {} : { grid: gridPart(grid, models, prompts) }),
  };
}

/**
 * As above, without prompts and answers: only figures and names, for a public page. Messages of servers are removed
 * too, since they quote requests.
 */
export function withoutWords(data: PageData): PageData {
  const failedChecks = data.report.failedChecks?.map((kind) => {
    const named = { ...kind };
    delete named.why;
    return named;
  });
  return {
    ...data,
    // Causes quote servers. The table of failures counts what failed.
    report: { ...data.report, causes: [], ...defined({ failedChecks }) },
    failures: data.failures.map((kind) => ({
      ...kind,
      sample: { ...kind.sample, message: 'message left out' },
    })),
    answers: { prompts: [], asked: 0, isLeftOut: true },
  };
}

function pageModels(report: Report, collected: Collected, scanned: ScannedRows): PageModel[] {
  const label = labeler(collected);
  const rows = placesOf(report).flatMap(({ report: own }) => ranked(own.models, own.run.success_floor));
  return rows.flatMap(({ rank, model: summary }) => {
    const place = collected.cells.findIndex((each) => cellKey(each) === cellKey(summary));
    const cell = collected.cells[place];
    if (cell === undefined) return [];
    return [
      {
        cell: place,
        look: modelLook(label(cell), place),
        summary,
        rank,
        cost: costOf(cell),
        curves: curvesOf(cell),
        phases: scanned.phases[place],
        tokens: scanned.tokens[place],
        timeline: scanned.timelines[place]!,
        leftOut: leftOutOf(cell),
      },
    ];
  });
}

/** A verdict from a judge alone is not firm. */
function firmPairs({ quality, run }: Report, collected: Collected, { pairs }: Comparison): FirmPair[] {
  const judged = quality?.pairs.filter(({ basis }) => basis !== 'judge') ?? [];
  return [...withCosts(collected, pairs, { isSequential: run.order === 'sequential' }), ...judged];
}

/** For 1,000 requests: the mean of the priced ones, with an interval by prompt. */
function costOf(cell: CellSamples): Estimate | undefined {
  const mean = meanOf(clustersOf(cell, 'cost_usd'));
  if (mean === undefined) return undefined;
  const { low, high } = mean.interval;
  return {
    point: 1000 * mean.point,
    interval: defined({ low: low && 1000 * low, high: high && 1000 * high }),
  };
}

export function curvesOf(cell: CellSamples): Record<CurveMetric, Curve | undefined> {
  return Object.fromEntries(curveMetrics.map((metric) => [metric, curveOf(cell, metric)])) as Record<
    CurveMetric,
    Curve | undefined
  >;
}

function leftOutOf(cell: CellSamples): Map<string, number> {
  const counts = new Map<string, number>();
  for (const samples of cell.prompts.values())
    for (const [reason, answers] of samples.invalidReasons)
      counts.set(reason, (counts.get(reason) ?? 0) + answers);
  return counts;
}

function answerPart(
  { answers: chosen }: ScannedRows,
  prompts: readonly Prompt[],
  texts: ReadonlyMap<string, AnswerText> | undefined,
): AnswerPart {
  const questions = new Map(prompts.map((prompt) => [prompt.id, questionOf(prompt)]));
  const ids = [...new Set(chosen.map(({ promptId }) => promptId))];
  return {
    asked: prompts.length,
    prompts: ids.map((promptId) => {
      return {
        promptId,
        question: questions.get(promptId),
        answers: chosen
          .filter((answer) => answer.promptId === promptId)
          .map((answer) => ({ ...answer, text: texts?.get(answer.eventId) })),
      };
    }),
  };
}
