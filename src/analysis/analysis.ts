import type { Manifest, RunStatus } from '../journal/manifest.ts';
import type { TagReport } from './by-tag.ts';
import type { Changes } from './change.ts';
import type { Collected } from './collect.ts';
import type { QualityFigures } from './quality/quality.ts';
import type { Choice } from './choice.ts';
import type { Comparison } from './compare.ts';
import type { FailedCheck } from './failed-checks.ts';
import type { LoadFigures } from './load-figures.ts';
import type { Leads } from './leads.ts';
import type { PlaceVerdict } from './places.ts';
import type { PromptOutcome } from './prompt-outcomes.ts';
import type { PromptCache } from './influences/prompt-cache.ts';
import type { TooBusy } from './own-lag.ts';
import type { ServerTimes } from './server-time-shares.ts';
import type { ModelSummary, PairRow } from './summary-columns.ts';
import type { ThresholdResult } from './thresholds.ts';

/** What the rows of a run say. The same rows and manifest give the same analysis, byte for byte. */
export interface Analysis {
  manifest: Manifest;
  /** The numbers in the rows, by model, route and prompt. Further comparisons start from these. */
  collected: Collected;
  /** Every pair of models, for each metric. */
  comparison: Comparison;
  /** The suite's limits on each model. Empty without limits, and for one shard of a run: limits apply to the whole. */
  thresholds: readonly ThresholdResult[];
  /** Plain data, shown by every format. */
  report: Report;
}

/** The header above a table of results. Plain data: the JSON format prints it unchanged. */
export interface RunFacts {
  run_id: string;
  suite: string;
  description?: string;
  suite_hash: string;
  /** In suite order; `demo` means simulated. */
  routes: readonly string[];
  /** Names of the places that sent its requests. Absent: none was given. */
  vantages?: readonly string[];
  /** Labels from `--label key=value`. Absent if there are none. */
  labels?: Readonly<Record<string, string>>;
  /** The suite revision that the run was compared with. Absent if there is none. */
  against?: { ref: string; commit: string };
  status: RunStatus;
  /** This machine was too busy to measure. Absent if it was not. */
  too_busy?: TooBusy;
  /** ISO 8601, UTC. */
  started_at: string;
  /** Absent while the run goes on, and after a kill. */
  ended_at?: string;
  seed: string | number;
  order: 'blocks' | 'sequential';
  prompts: number;
  repeats: number;
  /** Over all models and levels, including void ones. Absent if the load has no levels. */
  visits?: number;
  /** Measured requests, without warm-up. A request that took three attempts counts once. */
  requests_planned: number;
  requests_done: number;
  requests_failed: number;
  /** A model with a smaller share of successes is not ranked by latency, 0 to 1. */
  success_floor: number;
  versions: { gatebench: string; openai: string; node: string };
  /** For example `linux x64, 2 × AMD EPYC 7763`. */
  machine?: string;
  /** What `gatebench calibrate --save` found about the machine's clock. Absent if it was not calibrated. */
  clock?: string;
}

/** What a format may show about quality. */
export type QualityPart = Pick<QualityFigures, 'rows' | 'preferences' | 'pairs'>;

/** Everything that a format may show. The same report gives the same bytes. */
export interface Report {
  run: RunFacts;
  /** In summary order: fastest first, then those that cannot be ranked. */
  models: readonly ModelSummary[];
  /** Empty when no comparison was made. */
  pairs: readonly PairRow[];
  /** The effect of a suite change. Absent if the run has no revision to compare with. */
  change?: Changes;
  /** How often each verdict was reached, over all places. Absent for a run from one place. */
  places?: readonly PlaceVerdict[];
  /** Who leads in each metric, on each route. Absent when no comparison was made. */
  leads?: readonly Leads[];
  /** Which models meet the suite's need, on each route. Absent if the suite states no need. */
  choices?: readonly Choice[];
  /** How good the answers are, by checks, judges and people. Absent if there is no such data. */
  quality?: QualityPart;
  /** Why it stopped: the errors of models that answered too seldom, one line each. Absent if all answered. */
  causes?: readonly string[];
  /** Each is a sentence or two. The last part says what to do. */
  warnings: readonly string[];
  /** The suite's limits on each model. Absent if it has none. */
  thresholds?: readonly ThresholdResult[];
  /** The same for each tag that splits the prompts. Absent if no tag does. */
  tags?: readonly TagReport[];
  /** Checks that answers failed, by model. Absent if all passed, or none was checked. */
  failedChecks?: readonly FailedCheck[];
  /** Each model's result on each prompt. Absent if not requested. */
  prompts?: readonly PromptOutcome[];
  /** For models that a local Ollama answered in its native format. Absent if there are none. */
  serverTimes?: readonly ServerTimes[];
  /** Results of each model at each level. Absent if the load has none. */
  load?: LoadFigures;
  /** For models whose server caches prompts. Absent if none reports it, and no repeat was faster. */
  promptCaches?: readonly PromptCache[];
}
