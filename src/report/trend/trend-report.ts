import { defined } from '../../base/defined.ts';
import type { TrendLine } from '../../analysis/trend.ts';
import { jsonText, rounded } from '../run-json.ts';

/** Result of `gatebench trend` for one suite. */
export interface TrendReport {
  suite: string;
  /** Whether a night of the demo route is included. */
  isSimulated: boolean;
  nights: number;
  /** ISO 8601, UTC: start of the first and the last night. */
  from: string;
  to: string;
  lines: readonly TrendLine[];
  /** Decisions about its nights, oldest first: one sentence each. */
  decisions: readonly string[];
  /** The same, for a picture. */
  marks: readonly TrendMark[];
}

/** A decision about one night. It concerns all values of any dimension that it does not name. */
export interface TrendMark {
  kind: string;
  runId: string;
  model?: string | undefined;
  route?: string | undefined;
  vantage?: string | undefined;
  metric?: string | undefined;
}

/** For programs: one entry per suite. A night without a value is `null`. */
export function trendJson(reports: readonly TrendReport[], warnings: readonly string[] = []): string {
  return jsonText({
    suites: reports.map(({ suite, isSimulated, nights, from, to, lines, decisions }) => ({
      suite,
      simulated: isSimulated,
      nights,
      from,
      to,
      lines: lines.map((line) => ({
        metric: line.metric,
        route: line.route,
        ...defined({ vantage: line.vantage }),
        model: line.model ?? null,
        nights: line.runIds.map((runId, index) => ({
          run_id: runId,
          at: line.startedAt[index],
          value: rounded(line.values[index]),
          adjusted: rounded(line.adjusted[index]),
        })),
        changes: line.changes.map(({ runId, at, ratio, difference, p, isAccepted }) => ({
          run_id: runId,
          at,
          ratio: rounded(ratio),
          difference: rounded(difference),
          p: rounded(p),
          accepted: isAccepted,
        })),
        creep: line.creep
          ? {
              ratio: rounded(line.creep.ratio),
              difference: rounded(line.creep.difference),
              p: rounded(line.creep.p),
              from: line.creep.from,
              to: line.creep.to,
            }
          : null,
      })),
      decisions,
    })),
    warnings,
  });
}
