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
import type { WorkerTimeline } from './scan/workers-scan.ts';

/** Everything shown on the page of one run. Its size does not grow with the run. Plain data except for its maps. */
export interface PageData {
  report: Report;
  groups: readonly RankingGroup[];
  /** Sentences on the causes of a difference in latency. */
  explanations: readonly string[];
  /** Place by place, in the order of the ranking: the same in every table and picture. */
  models: readonly PageModel[];
  /** Every pair of models by time, pass rate and cost, and by criteria that do not rest on a judge alone. */
  firmPairs: readonly FirmPair[];
  /** By the cell's index, as in `PageModel.cell`. */
  prompts: Record<CurveMetric, PromptPicture>;
  failures: readonly FailureKind[];
  /** Failed attempts of kinds beyond the limit. */
  failuresBeyond: number;
  slowest: readonly SlowRequest[];
  /** Empty if the process of the run sent everything itself. */
  workers: readonly WorkerTimeline[];
  /** Number of workers beyond the limit. */
  workersBeyond: number;
  answers: AnswerPart;
  /** Every answer side by side. Absent if not requested. */
  grid?: GridPart;
}

/** `basis` and `judge`: only for criteria. */
export type FirmPair = PairRow & { readonly basis?: string; readonly judge?: string };

export interface GridPart {
  prompts: readonly GridPrompt[];
  columns: readonly GridColumn[];
  texts: ReadonlyMap<string, AnswerText>;
  /** Tags of the prompts, in order. */
  tags: readonly string[];
  /** Prompts left out to keep the page within its size limit. */
  left: number;
}

/** One model on one route, from one place. */
export interface PageModel {
  /** Index in the collected run. Determines its look. */
  cell: number;
  look: ModelLook;
  summary: ModelSummary;
  /** From 1, within its place. Absent if it is not ranked by latency. */
  rank: number | undefined;
  /** USD per 1,000 requests. Absent if there are no prices. */
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
  /** Number of prompts asked. With many, not all are shown. */
  asked: number;
  /** The page is for the public. */
  isLeftOut?: true;
}

export interface ShownAnswer extends ChosenAnswer {
  /** Absent if the run stored no answers. */
  text: AnswerText | undefined;
}

export interface AnswerText {
  answer: string;
  reasoning: string;
  /** Whether the text is longer than what is kept here. */
  isCut: boolean;
}
