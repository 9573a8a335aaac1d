import type { GateCell } from '../../analysis/gate.ts';
import { oneLine } from '../../base/text.ts';
import { runFiles } from '../../journal/run-folder.ts';
import { jsonText, rounded, runObject, thresholdObject } from '../run-json.ts';
import { isSimulated } from '../run-report.ts';
import type { GateFormat, GateReport } from './gate-report.ts';

/** For programs: `{ run, word, cells, warnings }` and related fields. */
export const json: GateFormat = {
  name: 'json',
  file: runFiles.gate,
  render: (report) => jsonText(gateObject(report)),
};

/** A night as an object: the same in `gate.json`, with `--json`, and in the message to a webhook. */
export const gateObject = (report: GateReport): Record<string, unknown> => ({
  run: runObject(report.run),
  word: report.word,
  verdict: report.verdict,
  baseline: report.baseline
    ? {
        from: report.baseline.from,
        to: report.baseline.to,
        nights: report.baseline.nights,
        age_days: Number(report.baseline.ageDays.toFixed(2)),
      }
    : null,
  cells: report.cells.map(cellObject),
  thresholds: report.thresholds.map(thresholdObject),
  incomplete_because: report.incompleteBecause ?? null,
  history: report.history,
  warnings: report.warnings,
});

/** Absent values are `null`. `model` is `null` for all models together. */
function cellObject(cell: GateCell): Record<string, unknown> {
  return {
    metric: cell.metric,
    route: cell.route,
    ...(cell.vantage === undefined ? {} : { vantage: cell.vantage }),
    model: cell.model ?? null,
    rule: ruleNames[cell.rule],
    limit: cell.limit,
    word: cell.word,
    value: rounded(cell.value),
    usual: rounded(cell.usual),
    expected: rounded(cell.expected),
    expected_low: rounded(cell.expectedLow),
    expected_high: rounded(cell.expectedHigh),
    ratio: rounded(cell.ratio),
    difference: rounded(cell.difference),
    p: rounded(cell.p),
    p_holm: rounded(cell.pHolm),
    alarms: cell.alarms,
    test: cell.test ?? null,
    streak: cell.streak
      ? {
          nights: cell.streak.nights,
          since: cell.streak.since,
          since_run: cell.streak.sinceRun,
          ratio: rounded(cell.streak.ratio),
          low: rounded(cell.streak.low),
          high: rounded(cell.streak.high),
          p: rounded(cell.streak.p),
        }
      : null,
    nights: cell.nights,
    early_runs: cell.earlyRuns ?? null,
    nights_needed: cell.nightsNeeded,
    baseline_from: cell.baselineFrom ?? null,
    baseline_to: cell.baselineTo ?? null,
    controls: cell.controls,
  };
}

/** Spelled as in the suite. */
export const ruleNames = {
  maxRatio: 'max_ratio',
  minRatio: 'min_ratio',
  maxDrop: 'max_drop',
  maxRise: 'max_rise',
} as const;

/** Color of a badge by the gate's result. */
export const badgeColors: Readonly<Record<GateReport['verdict'], string>> = {
  pass: 'brightgreen',
  warning: 'yellow',
  fail: 'red',
  learning: 'blue',
  'not settled': 'lightgrey',
  incomplete: 'orange',
};

/** JSON for a Shields endpoint badge: https://shields.io/badges/endpoint-badge. */
export const badge: GateFormat = {
  name: 'badge',
  file: 'badge.json',
  render: ({ run, word, verdict }) =>
    jsonText({
      schemaVersion: 1,
      label: oneLine(run.suite, 40),
      message: isSimulated(run) ? `${word} (simulated)` : word,
      color: badgeColors[verdict],
    }),
};
