/**
 * gatebench as a library: suite → plan → run → analysis → report. The command line calls the same functions. Whatever
 * the user can fix is thrown as a `UserError`, whose message says where and what to do.
 */

// A suite, and what a run of it would send.
export { loadSuite, loadSuiteText, type LoadOptions } from './suite/load.ts';
export { selectSuite, type Selection } from './suite/select.ts';
export type { Suite } from './suite/suite.ts';
export { planRun, type Plan } from './plan/plan-run.ts';

// Where requests go.
export { readEnvironment, type Environment } from './target/environment.ts';
export { resolveTargets, type Target, type TargetOptions, type Targets } from './target/targets.ts';

// Running it.
export { runSuite, type RunSuiteOptions } from './run/run-suite.ts';
export { resumeRun, type ResumeOptions } from './run/resume-run.ts';
export type { Outcome, RunEvent, SendOptions } from './run/send-plan.ts';
export { MemorySink, type Sink } from './journal/sink.ts';
export { FolderSink } from './journal/folder-sink.ts';

// Contents and results of a run.
export { readRun, loadRun, type LoadedRun, type StoredRun } from './analysis/read-run.ts';
export { analyse, type RowCollector } from './analysis/analyse.ts';
export { closeRun } from './analysis/close-run.ts';
export type { Analysis, Report, RunFacts } from './analysis/analysis.ts';
export type { ModelSummary, PairRow } from './analysis/summary-columns.ts';
export type { ThresholdResult } from './analysis/thresholds.ts';
export type { Manifest } from './journal/manifest.ts';
export type { RequestRow } from './journal/request-columns.ts';

// Showing it.
export { outputFormats } from './report/report-formats.ts';
export { renderFolderPage } from './report/run-page.ts';

export { exitCode, UserError, type ExitCode } from './base/user-error.ts';
