import type { NightVerdict } from '../../analysis/night-verdicts.ts';
import type { TrendReport } from '../trend/trend-report.ts';

/** What the site of a history shows. Everything in it comes from the history: the same history, the same site. */
export interface Site {
  /** ISO 8601, UTC: the newest night or verdict. */
  updatedAt: string;
  /** Run id of the oldest night: what tells this site's feed from all others, for good. */
  firstRun: string;
  /** By name. */
  suites: readonly SiteSuite[];
  /** What could not be read. */
  warnings: readonly string[];
}

export interface SiteSuite {
  suite: string;
  /** Its part of addresses. */
  name: string;
  isSimulated: boolean;
  /** Absent while none of its runs was complete. */
  trend?: TrendReport;
  /** Oldest first. Empty where the gate did not write them down yet. */
  verdicts: readonly NightVerdict[];
  /** Newest night that nobody has dropped, with what the gate said of it. */
  newest?: NightVerdict;
  /** Path of its badge. */
  badge: string;
  models: readonly SiteModel[];
  /** The page of its newest run, where there is one. */
  latest?: { path: string; runId: string; at: string };
}

/** Speed of a model on its newest night that nobody has dropped. */
export interface SiteModel {
  /** With its variant; with its route and vantage where its newest night has several. */
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
