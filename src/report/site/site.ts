import type { NightVerdict } from '../../analysis/night-verdicts.ts';
import type { TrendReport } from '../trend/trend-report.ts';

/** Contents of a history's site. Everything comes from the history: the same history, the same site. */
export interface Site {
  /** ISO 8601, UTC: the newest night or verdict. */
  updatedAt: string;
  /** Run id of the oldest night. Distinguishes this site's feed from all others, permanently. */
  firstRun: string;
  /** By name. */
  suites: readonly SiteSuite[];
  /** Parts that could not be read. */
  warnings: readonly string[];
}

export interface SiteSuite {
  suite: string;
  /** Its part of addresses. */
  name: string;
  isSimulated: boolean;
  /** Absent until one of its runs was complete. */
  trend?: TrendReport;
  /** Oldest first. Empty if the gate has not written them yet. */
  verdicts: readonly NightVerdict[];
  /** Newest night that was not dropped, with the gate's result. */
  newest?: NightVerdict;
  /** Path of its badge. */
  badge: string;
  models: readonly SiteModel[];
  /** The page of its newest run, if there is one. */
  latest?: { path: string; runId: string; at: string };
}

/** Speed of a model on its newest night that was not dropped. */
export interface SiteModel {
  /** Includes its variant, and its route and vantage if its newest night has several. */
  name: string;
  /** Path of its badge. */
  badge: string;
  isSimulated: boolean;
  /** ISO 8601, UTC. */
  at: string;
  /** Geometric mean of the TTFT in ms, with its 95 % interval. Undefined: not measured. */
  value: number | undefined;
  low: number | undefined;
  high: number | undefined;
}
