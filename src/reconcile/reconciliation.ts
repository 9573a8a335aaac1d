import type { RunStatus } from '../journal/manifest.ts';
import type { ReconciledRow } from '../journal/reconciled-columns.ts';
import type { Ms } from '../base/clock.ts';
import type { OllamaUsage } from './ollama-usage.ts';
import type { Summary } from './summary.ts';

/** A run beside what others counted of it. */
export interface Reconciliation {
  run: ReconciledRun;
  /** Absent when no log could be read, and the usage alone is compared. */
  log?: {
    /** Host, or name of the file. */
    origin: string;
    calls: number;
    waitedMs: Ms;
    summary: Summary;
    rows: readonly ReconciledRow[];
  };
  /** Absent unless asked for. */
  usage?: OllamaUsage;
  /** Each a sentence or two that end with what to do. */
  warnings: readonly string[];
}

export interface ReconciledRun {
  run_id: string;
  suite: string;
  /** As in the manifest; `demo` means simulated. */
  routes: readonly string[];
  status: RunStatus;
  started_at: string;
  /** Attempts on record. */
  attempts: number;
  /** Of them, those on routes without a gateway; no log knows them. */
  not_through_gateway: number;
}
