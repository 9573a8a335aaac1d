import { gate, type GateResult } from '../../analysis/gate.ts';
import { type HistoryRow, isIncomplete, nightRows, sharesMetric } from '../../analysis/history.ts';
import { nightFigures, type NightRow } from '../../analysis/night-figures.ts';
import { defined } from '../../base/defined.ts';
import { count } from '../../base/text.ts';
import { exitCode, type ExitCode } from '../../base/user-error.ts';
import { FileState } from '../../journal/file-state.ts';
import { assertUnedited } from '../../journal/manifest.ts';
import { findRun } from '../../journal/run-folder.ts';
import type { BaselineFacts, GateReport } from '../../report/gate/gate-report.ts';
import { defaultGate } from '../../suite/expand/expand-settings.ts';
import { loadRun, type LoadedRun } from '../../analysis/read-run.ts';
import { refuseLevels } from '../refuse-levels.ts';
import { refuseVersions } from '../refuse-versions.ts';
import { headlines } from '../../measure/metrics.ts';
import { appendNight } from './nights-file.ts';
import { appendVerdict } from './verdicts-file.ts';
import { appendHistory, historyFile, historyWarnings, readHistory } from './history-file.ts';

export interface NightFlags {
  run: string;
  results: string;
  history: string;
  dryRun: boolean;
}

export interface Night {
  loaded: LoadedRun;
  report: GateReport;
}

const dayMs = 24 * 3600 * 1000;
/** A baseline whose last night is older than this says little about now. */
const staleDays = 3;

/** Compares a run with the nights before it, and adds it to them. Prints nothing. */
export async function gateNight(flags: NightFlags): Promise<Night> {
  const loaded = await loadRun(await findRun(flags.run, flags.results));
  refuseLevels(loaded.report, 'gate');
  refuseVersions(loaded.manifest, 'gate');
  const { manifest, collected, report } = loaded;
  assertUnedited(loaded.folder, manifest);
  const settings = manifest.suite.gate ?? defaultGate;
  const incomplete = whyIncomplete(loaded);
  const lost = incomplete === undefined ? lostTimes(loaded, Object.keys(settings.metrics)) : [];
  const incompleteBecause = incomplete ?? (lost.length > 0 ? tooBusy : undefined);
  const tonight = nightRows(collected, {
    metrics: Object.keys(settings.metrics),
    startedAt: manifest.started_at,
    timeoutMs: manifest.suite.run.timeouts.totalMs,
  }).filter(({ metric }) => metric === undefined || !lost.includes(metric));
  const state = new FileState();
  const history = await readHistory(flags.history, { state });
  const gateAs = (isIncomplete: boolean): GateResult =>
    gate({ tonight, history, settings, isIncomplete, thresholds: loaded.thresholds });
  const decided = gateAs(incomplete !== undefined);
  // Findings about shares are valid on a busy machine, but they cannot show that the times are as usual.
  const saysEnough =
    lost.length === 0 || decided.cells.some(({ word }) => word === 'fail' || word === 'warning');
  const result = saysEnough ? decided : gateAs(true);
  const figures = (): NightRow[] =>
    nightFigures(
      report,
      manifest,
      lostTimes(
        loaded,
        headlines.map(({ name }) => name),
      ),
    );
  const baseline = baselineOf(result, history, manifest.started_at);
  const night: Night = {
    loaded,
    report: {
      run: report.run,
      word: result.word,
      verdict: result.verdict,
      cells: result.cells,
      thresholds: result.thresholds,
      confirm: settings.confirm,
      history: await keep(flags, incomplete === undefined ? tonight : [], figures),
      warnings: [
        ...historyWarnings(flags.history, state),
        ...gateWarnings(result, history, manifest.started_at, baseline),
        ...report.warnings,
      ],
      ...defined({ baseline, incompleteBecause }),
    },
  };
  // A shard is only a part of a run, so it is refused and nothing is kept.
  if (!flags.dryRun && !manifest.shard) await appendVerdict(flags.history, night.report);
  return night;
}

/** Exit code for CI. A failure of the gate's own overrides one of a threshold, and both override open results. */
export function gateCode({ verdict, cells, thresholds }: GateReport, strict: boolean): ExitCode {
  if (verdict === 'incomplete') return exitCode.incomplete;
  if (cells.some(({ word }) => word === 'fail')) return exitCode.gateFailed;
  if (thresholds.some((one) => one.verdict === 'failed')) return exitCode.thresholdFailed;
  const isOpen =
    cells.some(({ word }) => word === 'not settled') ||
    thresholds.some((one) => one.verdict === 'not settled');
  return strict && isOpen ? exitCode.notSettled : exitCode.done;
}

/**
 * Why a night does not count. Half a night is a different mixture of prompts than a whole one, whatever its error rate.
 */
function whyIncomplete({ manifest, collected, report }: LoadedRun): string | undefined {
  const { run } = report;
  const { maxErrorRate } = manifest.suite.run;
  const not = 'so it is neither compared nor added to the history.';
  if (manifest.shard)
    return `This is shard ${manifest.shard.index} of ${manifest.shard.count}, ${not} Join the shards first: gatebench merge.`;
  const share = `${run.requests_failed} of ${count(run.requests_done, 'request')} failed`;
  if (isIncomplete(collected, maxErrorRate))
    return `${share}, more than max_error_rate ${maxErrorRate} allows, ${not}`;
  if (run.requests_done < run.requests_planned)
    return `${run.requests_done} of ${count(run.requests_planned, 'request')} were done (${run.status}), ${not}`;
  return undefined;
}

const tooBusy =
  'The machine was too busy to measure times, so they are neither compared nor added to the history. Lower run.concurrency or use a faster machine.';

/**
 * Times that the gate watches but the machine was too busy to measure: they say nothing about the models. Shares are
 * measured however busy it is.
 */
function lostTimes({ manifest, report }: LoadedRun, watched: readonly string[]): string[] {
  const busy = report.run.too_busy ?? manifest.too_busy;
  const timed = watched.filter((metric) => !sharesMetric(metric) && metric !== 'cost_usd');
  if (busy?.loop_utilisation !== undefined) return timed;
  return timed.filter((name) => busy?.metrics.some(({ metric }) => metric === name));
}

/** Adds a night once, however often it is decided. */
async function keep(
  { history, dryRun }: NightFlags,
  tonight: readonly HistoryRow[],
  figures: () => readonly NightRow[],
): Promise<string> {
  const path = historyFile(history);
  if (tonight.length === 0) return `${path}: unchanged.`;
  const { run_id } = tonight[0]!;
  const isNew = (known: readonly HistoryRow[]): boolean =>
    !known.some((row) => row.kind === 'night' && row.run_id === run_id);
  if (dryRun) {
    const would = isNew(await readHistory(history));
    return `${path}: unchanged (--dry-run)${would ? '' : '; this night is already there'}.`;
  }
  // First, so that every night in the history has its figures.
  await appendNight(history, figures());
  const added = await appendHistory(history, (known) => (isNew(known) ? tonight : []));
  return added > 0 ? `${path}: ${count(added, 'line')} added.` : `${path}: this night is already there.`;
}

function baselineOf(
  { cells }: GateResult,
  history: readonly HistoryRow[],
  tonight: string,
): BaselineFacts | undefined {
  const startOf = (runId: string | undefined): string | undefined =>
    runId === undefined
      ? undefined
      : history.find(({ kind, run_id }) => kind === 'night' && run_id === runId)?.at;
  const starts = cells.flatMap(({ baselineFrom }) => startOf(baselineFrom) ?? []).sort();
  const ends = cells.flatMap(({ baselineTo }) => startOf(baselineTo) ?? []).sort();
  const [from, to] = [starts[0], ends.at(-1)];
  if (from === undefined || to === undefined) return undefined;
  const ageDays = (Date.parse(tonight) - Date.parse(to)) / dayMs;
  const nights = Math.max(...cells.map((cell) => cell.nights));
  const early = cells.flatMap(({ earlyRuns }) => earlyRuns ?? []);
  return { from, to, nights, ageDays, ...(early.length > 0 ? { earlyRuns: Math.max(...early) } : {}) };
}

function gateWarnings(
  { otherNights, runsTonight }: GateResult,
  history: readonly HistoryRow[],
  tonight: string,
  baseline: BaselineFacts | undefined,
): string[] {
  return [
    ...(runsTonight > 1
      ? [
          `Tonight joins ${count(runsTonight, 'run')}: a night is a calendar day in UTC, so a repeated run adds to its night and confirms nothing.`,
        ]
      : []),
    ...(otherNights > 0
      ? [
          `${count(otherNights, 'night')} of the history ${otherNights === 1 ? 'belongs' : 'belong'} to another version of the suite and ${otherNights === 1 ? 'is' : 'are'} not compared: prompts, models or params have changed since.`,
        ]
      : []),
    ...(baseline !== undefined && baseline.ageDays > staleDays
      ? [
          `The baseline's last night is ${Math.round(baseline.ageDays)} days old: the nights since are missing, dropped, or raised an alarm. See gatebench trend.`,
        ]
      : []),
    ...(history.some(({ kind, at }) => kind === 'night' && at > tonight)
      ? ['The history has later nights than this run; only those before it are compared.']
      : []),
  ];
}
