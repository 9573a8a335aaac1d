/** gatebench as a library: load a suite, run it, read a run, analyze it. The command line calls the same functions. */
export { analyse, type RowCollector } from './analysis/analyse.ts';
export type { Analysis, Report, RunFacts } from './analysis/analysis.ts';
export { loadRun, readRun, type LoadedRun, type StoredRun } from './analysis/read-run.ts';
export type { ModelSummary, PairRow } from './analysis/summary-columns.ts';
export type { ThresholdResult } from './analysis/thresholds.ts';
export { UserError } from './base/user-error.ts';
export type { Manifest } from './journal/manifest.ts';
export type { RequestRow } from './journal/request-columns.ts';
export { loadSuite, loadSuiteText, type LoadOptions } from './suite/load.ts';
export type { Suite } from './suite/suite.ts';
