import type { RequestRow } from '../../journal/request-columns.ts';
import type { Manifest } from '../../journal/manifest.ts';
import type { Report } from '../run-report.ts';
import type { AliasSet } from './aliases.ts';
import type { Locale } from './locales.ts';
import type { TableName } from './tables.ts';

/** What is known of a run beside its rows. */
export interface Summarised {
  readonly manifest: Manifest;
  readonly report: Report;
}

/** One run to be exported. Both ways in may be taken again and again. */
export interface ExportedRun {
  /** All attempts in the order of the journal, warm-up included. */
  rows(): AsyncIterable<RequestRow> | Iterable<RequestRow>;
  /** Reads all rows and compares all models: call it only where a summary is wanted. */
  summarised(): Promise<Summarised>;
}

/** What the user chose. Absent is the format's own default. */
export interface ExportOptions {
  readonly table?: TableName;
  /** Our names, in the order wanted. */
  readonly columns?: readonly string[];
  readonly aliases?: AliasSet;
  readonly locale?: Locale;
}

export type OptionName = keyof ExportOptions;

/** One kind of file for spreadsheets. To add one: write its file, add its line to the list. */
export interface ExportFormat {
  /** As `--format` takes it. */
  readonly name: string;
  /** Of a file that holds it, with the dot. */
  readonly extension: string;
  /** What every such file begins with. */
  readonly begins: string;
  /** Not fit for a terminal. */
  readonly isBinary: boolean;
  /** The options it heeds; the command refuses the others. */
  readonly takes: readonly OptionName[];
  /**
   * The file, piece by piece. Throws a UserError when the runs do not fit into such a file, or an option names
   * something unknown.
   */
  write(runs: readonly ExportedRun[], options: ExportOptions): AsyncIterable<Uint8Array | string>;
}
