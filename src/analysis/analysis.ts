import type { Manifest, RunStatus } from '../journal/manifest.ts';
import type { TagReport } from './by-tag.ts';
import type { Changes } from './change.ts';
import type { Collected } from './collect.ts';
import type { QualityFigures } from './quality/quality.ts';
import type { Choice } from './choice.ts';
import type { Comparison } from './compare.ts';
import type { FailedCheck } from './failed-checks.ts';
import type { LoadFigures } from './levels.ts';
import type { Leads } from './leads.ts';
import type { PlaceVerdict } from './places.ts';
import type { PromptOutcome } from './prompt-outcomes.ts';
import type { PromptCache } from './influences/prompt-cache.ts';
import type { TooBusy } from './own-lag.ts';
import type { ServerTimes } from './server-time-shares.ts';
import type { ModelSummary, PairRow } from './summary-columns.ts';
import type { ThresholdResult } from './thresholds.ts';

/** What the rows of a run say. The same rows and manifest give the same analysis, to the byte. */
export interface Analysis {
  manifest: Manifest;
  /** The numbers of the rows, by model, route and prompt: what further comparisons are made from. */
  collected: Collected;
  /** Every pair of models, each metric. */
  comparison: Comparison;
  /** The suite's limits on each model. Empty without limits, and for one shard of a run: they are about the whole. */
  thresholds: readonly ThresholdResult[];
  /** Plain data, as every format shows it. */
  report: Report;
}

/** What stands over a table of results. Plain data: it is printed as it is by the JSON format. */
export interface RunFacts {
  run_id: string;
  suite: string;
  description?: string;
  suite_hash: string;
  /** In the order of the suite; `demo` means simulated. */
  routes: readonly string[];
  /** Names of the places that its requests were sent from. Absent: none was given. */
  vantages?: readonly string[];
  /** What it was said to be: `--label key=value`. Absent without any. */
  labels?: Readonly<Record<string, string>>;
  /** The revision of its suite that the run was held against. Absent where there is none. */
  against?: { ref: string; commit: string };
  status: RunStatus;
  /** This machine was too busy to measure. Absent where it was not. */
  too_busy?: TooBusy;
  /** ISO 8601, UTC. */
  started_at: string;
  /** Absent while the run goes on, and after a kill. */
  ended_at?: string;
  seed: string | number;
  order: 'blocks' | 'sequential';
  prompts: number;
  repeats: number;
  /** Of all models and levels, void ones among them. Absent where the load has no levels. */
  visits?: number;
  /** Measured requests, without warm-up; one that needed three attempts is one. */
  requests_planned: number;
  requests_done: number;
  requests_failed: number;
  /** Share of successes below which a model is not ranked by latency, 0 to 1. */
  success_floor: number;
  versions: { gatebench: string; openai: string; node: string };
  /** Such as `linux x64, 2 × AMD EPYC 7763`. */
  machine?: string;
  /** What `gatebench calibrate --save` found of the machine's clock. Absent when it was not calibrated. */
  clock?: string;
}

/** What a format may show of quality. */
export type QualityPart = Pick<QualityFigures, 'rows' | 'preferences' | 'pairs'>;

/** Everything that a format may show. The same report gives the same bytes. */
export interface Report {
  run: RunFacts;
  /** As the summary orders them: fastest first, then those that cannot be ranked. */
  models: readonly ModelSummary[];
  /** Empty when no comparison was made. */
  pairs: readonly PairRow[];
  /** What a change of the suite brings. Absent where the run is held against no revision. */
  change?: Changes;
  /** How often each verdict was reached, of all places. Absent where the run is of one. */
  places?: readonly PlaceVerdict[];
  /** Who leads in what, on each route. Absent when no comparison was made. */
  leads?: readonly Leads[];
  /** Which models do for the job, on each route. Absent where the suite does not say what it needs. */
  choices?: readonly Choice[];
  /** How good the answers are, by checks, judges and people. Absent where nothing says so. */
  quality?: QualityPart;
  /** What stopped it: the errors of models that answered too seldom, a line each. Absent where all answered. */
  causes?: readonly string[];
  /** Each a sentence or two that end with what to do. */
  warnings: readonly string[];
  /** The suite's limits on each model. Absent when it has none. */
  thresholds?: readonly ThresholdResult[];
  /** The same for each tag that parts the prompts. Absent where none does. */
  tags?: readonly TagReport[];
  /** Checks that answers failed, by model. Absent when all passed, or none was checked. */
  failedChecks?: readonly FailedCheck[];
  /** What each model made of each prompt. Absent where nobody asked. */
  prompts?: readonly PromptOutcome[];
  /** Of models that a local Ollama answered in its own words. Absent when there are none. */
  serverTimes?: readonly ServerTimes[];
  /** What each model did at each level. Absent where the load has none. */
  load?: LoadFigures;
  /** Of models whose server keeps prompts. Absent when none says so, and no repeat was faster. */
  promptCaches?: readonly PromptCache[];
}
