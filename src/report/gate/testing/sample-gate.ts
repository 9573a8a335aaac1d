import type { GateCell } from '../../../analysis/gate.ts';
import type { ThresholdResult } from '../../../analysis/thresholds.ts';
import { run } from '../../testing/sample-reports.ts';
import type { GateReport } from '../gate-report.ts';

export function cell(rest: Partial<GateCell> = {}): GateCell {
  return {
    metric: 'e2e_latency_ms',
    route: 'demo',
    model: 'glm',
    rule: 'maxRatio',
    limit: 1.1,
    word: 'pass',
    value: 2000,
    ratio: 1.01,
    usual: 1950,
    expected: 1980,
    expectedLow: 1800,
    expectedHigh: 2180,
    nights: 14,
    nightsNeeded: 7,
    controls: ['deepseek', 'kimi'],
    alarms: 0,
    ...rest,
  };
}

export function threshold(verdict: ThresholdResult['verdict'], line = 12, model = 'glm'): ThresholdResult {
  const spec = { metric: 'p95(e2e_latency_ms)', statistic: 'p95', column: 'e2e_latency_ms' } as const;
  return {
    threshold: { ...spec, max: 15_000, strict: false, line },
    model,
    route: 'demo',
    verdict,
    ...(verdict === 'not settled'
      ? { reason: 'not measured' }
      : { value: 16_000, ciLow: 15_500, ciHigh: 18_000 }),
  };
}

export function gateReport(rest: Partial<GateReport> = {}): GateReport {
  return {
    run: run({ routes: ['compat'] }),
    word: 'pass',
    verdict: 'pass',
    cells: [cell()],
    thresholds: [],
    confirm: 2,
    baseline: {
      from: '2026-11-08T03:17:00.000Z',
      to: '2026-11-21T03:17:00.000Z',
      nights: 14,
      ageDays: 1,
    },
    history: 'history/history.csv: 4 lines added.',
    warnings: [],
    ...rest,
  };
}

/** A name that every format must make harmless. */
export const evil =
  'x"><script>alert(1)</script> ::set-output name=a::b\r\n::error::boo %0A @team | `tick` -->';
