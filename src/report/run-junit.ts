import type { PromptOutcome } from '../analysis/prompt-outcomes.ts';
import { defined } from '../base/defined.ts';
import { cellName } from '../plan/cell.ts';
import type { LoadFigures } from '../analysis/load-figures.ts';
import { count, oneLine } from '../base/text.ts';
import { failedCheckText } from '../analysis/failed-checks.ts';
import type { ThresholdResult } from '../analysis/thresholds.ts';
import { percent } from './number-text.ts';
import { junitXml, type JunitCase } from './junit-xml.ts';
import { isSimulated, simulatedNotice, type OutputFormat, type Report, type RunFacts } from './run-report.ts';
import { levelText } from '../load/rate.ts';
import { thresholdName, thresholdText } from './threshold-lines.ts';

/**
 * For CI: each threshold, each model's error rate, and each prompt of each model is a test. A prompt fails with one
 * answer that failed its checks, and is in error with one request without an answer. If prompts are not known, failed
 * checks are reported as skipped tests: only a threshold can say what share of them is too much.
 */
export const junit: OutputFormat = {
  name: 'junit',
  extension: '.xml',
  limits: { fitsColumns: false, tabs: false, simulated: /simulated/i },
  render: (report) =>
    junitXml({
      name: report.run.suite,
      startedAt: report.run.started_at,
      properties: junitProperties(report.run),
      cases: [
        ...(report.thresholds ?? []).map((result) => thresholdCase(result, report.run)),
        ...(report.load ? levelCases(report.load, report.run) : errorRateCases(report)),
        ...(report.prompts ? promptCases(report.prompts, report.run) : failedCheckCases(report)),
      ],
    }),
};

export function junitProperties(run: RunFacts): Record<string, string> {
  return {
    run_id: run.run_id,
    status: run.status,
    routes: run.routes.join(', '),
    suite_hash: run.suite_hash,
    gatebench: run.versions.gatebench,
    ...(isSimulated(run) ? { simulated: simulatedNotice } : {}),
  };
}

const outcomes = { ok: 'passed', failed: 'failed', 'not settled': 'skipped' } as const;

export function thresholdCase(result: ThresholdResult, run: RunFacts): JunitCase {
  const text = thresholdText(result);
  return {
    name: thresholdName(result, run),
    group: 'thresholds',
    outcome: outcomes[result.verdict],
    text: result.verdict === 'not settled' ? `not settled: ${text}` : text,
  };
}

function failedCheckCases({ run, failedChecks = [] }: Report): JunitCase[] {
  return failedChecks.map((kind) => ({
    name: `${oneLine(kind.check, 60)} of ${oneLine(cellName(kind, run), 100)}`,
    group: 'checks',
    outcome: 'skipped',
    text: failedCheckText(kind, run),
  }));
}

function promptCases(prompts: readonly PromptOutcome[], run: RunFacts): JunitCase[] {
  return prompts.map((one) => ({
    name: oneLine(one.prompt_id, 200),
    group: `prompts.${oneLine(cellName(one, run), 100)}`,
    outcome: one.outcome,
    text: one.reasons.map((reason) => oneLine(reason, 400)).join('; '),
    ...defined({ seconds: one.seconds }),
  }));
}

/**
 * With an SLO, a level that holds has passed. Whether one that breaks is too low, only a threshold can say. Without an
 * SLO, its error rate can fail.
 */
function levelCases({ load, levels, slo }: LoadFigures, run: RunFacts): JunitCase[] {
  const most = 1 - run.success_floor;
  return levels.map((row) => {
    const { word, passed = 0, visits, attainment, error_rate: rate, level } = row;
    const name = `${oneLine(cellName(row, run), 100)} at ${levelText(load, level)}`;
    if (slo)
      return {
        ...{ name, group: 'levels', outcome: word === 'held' ? 'passed' : 'skipped' },
        text: `${word ?? 'open'}: ${passed} of ${count(visits, 'visit')} passed, ${percent(attainment)} good`,
      };
    return {
      ...{ name: `error rate of ${name}`, group: 'levels' },
      outcome: rate === undefined ? 'skipped' : rate > most + 1e-9 ? 'failed' : 'passed',
      text: rate === undefined ? 'not measured' : `${percent(rate)}, at most ${percent(most)}`,
    };
  });
}

/** Below the success floor a model's latency is not ranked either. */
function errorRateCases({ run, models }: Report): JunitCase[] {
  const most = 1 - run.success_floor;
  return models.map(({ error_rate, ...model }) => ({
    name: `error rate of ${oneLine(cellName(model, run), 100)}`,
    group: 'error-rates',
    // 1 − 0.95 is slightly more than 0.05, which must not decide.
    outcome: error_rate === undefined ? 'skipped' : error_rate > most + 1e-9 ? 'failed' : 'passed',
    text: error_rate === undefined ? 'not measured' : `${percent(error_rate)}, at most ${percent(most)}`,
  }));
}
