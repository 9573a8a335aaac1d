import type { TrendLine } from '../../analysis/trend.ts';

/** What `gatebench trend` knows of one suite. */
export interface TrendReport {
  suite: string;
  /** A night of the demo route is among them. */
  isSimulated: boolean;
  nights: number;
  /** ISO 8601, UTC: start of the first and the last night. */
  from: string;
  to: string;
  lines: readonly TrendLine[];
  /** Decisions about its nights, oldest first: a sentence each. */
  decisions: readonly string[];
}
