import type { RankingGroup } from '../../analysis/ranking-groups.ts';
import type { ModelSummary, PairRow } from '../../analysis/summary-columns.ts';
import type { Estimate } from '../../stats/interval.ts';
import type { Report } from '../run-report.ts';
import type { Curve, CurveMetric } from './curve.ts';
import type { GridColumn, GridPrompt } from './grid/grid-markup.ts';
import type { ModelLook } from './model-look.ts';
import type { PromptPicture } from './prompt-dots.ts';
import type { ChosenAnswer } from './scan/answer-choice-scan.ts';
import type { FailureKind, SlowRequest } from './scan/failures-scan.ts';
import type { PhaseMeans, TokenSums } from './scan/parts-scan.ts';
import type { CellTimeline } from './scan/timeline-scan.ts';

/** Everything that the page of one run shows: bounded whatever the size of the run, and plain but for its maps. */
export interface PageData {
  report: Report;
  groups: readonly RankingGroup[];
  /** Sentences on where a difference of latency comes from. */
  explanations: readonly string[];
  /** Place by place, in the order of the ranking: the same in every table and picture. */
  models: readonly PageModel[];
  /** Every pair of models by time, pass rate and cost, and by criteria on which more than a judge has spoken. */
  firmPairs: readonly FirmPair[];
  /** By the cell's place, as in `PageModel.cell`. */
  prompts: Record<CurveMetric, PromptPicture>;
  failures: readonly FailureKind[];
  /** Failed attempts of kinds that were too many to keep. */
  failuresBeyond: number;
  slowest: readonly SlowRequest[];
  answers: AnswerPart;
  /** Every answer side by side. Absent where it was not asked for. */
  grid?: GridPart;
}

/** `basis` and `judge`: of criteria, whose word it is. */
export type FirmPair = PairRow & { readonly basis?: string; readonly judge?: string };

export interface GridPart {
  prompts: readonly GridPrompt[];
  columns: readonly GridColumn[];
  texts: ReadonlyMap<string, AnswerText>;
  /** Tags of the prompts, in order. */
  tags: readonly string[];
  /** Prompts that are left out, so that the page stays below its ceiling. */
  left: number;
}

/** One model on one route, from one place. */
export interface PageModel {
  /** Its place in the collected run, from which its look comes. */
  cell: number;
  look: ModelLook;
  summary: ModelSummary;
  /** From 1, in its place; absent when it is not ranked by latency. */
  rank: number | undefined;
  /** USD per 1,000 requests. Absent where nothing is priced. */
  cost: Estimate | undefined;
  curves: Record<CurveMetric, Curve | undefined>;
  phases: PhaseMeans | undefined;
  tokens: TokenSums | undefined;
  timeline: CellTimeline;
  /** Answers left out of latency figures, by reason. */
  leftOut: ReadonlyMap<string, number>;
}

export interface AnswerPart {
  prompts: readonly { promptId: string; question: string | undefined; answers: readonly ShownAnswer[] }[];
  /** Prompts that were asked; more than are shown when there are many. */
  asked: number;
  /** The page is to be read by anybody. */
  isLeftOut?: true;
}

export interface ShownAnswer extends ChosenAnswer {
  /** Absent when the run stored no answers. */
  text: AnswerText | undefined;
}

export interface AnswerText {
  answer: string;
  reasoning: string;
  /** Whether more was said than is kept here. */
  isCut: boolean;
}
