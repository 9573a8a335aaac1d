import type { RequestRow } from '../../journal/request-columns.ts';
import type { Manifest } from '../../journal/manifest.ts';
import type { Report } from '../run-report.ts';
import type { AliasSet } from './aliases.ts';
import type { Locale } from './locales.ts';
import type { TableName } from './tables.ts';

/** Facts about a run other than its rows. */
export interface Summarized {
  readonly manifest: Manifest;
  readonly report: Report;
}

/** One run to export. Both methods may be called again and again. */
export interface ExportedRun {
  /** All attempts in the order of the journal, including warm-up. */
  rows(): AsyncIterable<RequestRow> | Iterable<RequestRow>;
  /** Reads all rows and compares all models. Call it only if a summary is needed. */
  summarized(): Promise<Summarized>;
}

/** The user's options. Absent: the format's default. */
export interface ExportOptions {
  readonly table?: TableName;
  /** Our names, in the requested order. */
  readonly columns?: readonly string[];
  readonly aliases?: AliasSet;
  readonly locale?: Locale;
}

export type OptionName = keyof ExportOptions;

/** A file format for spreadsheets. To add one: write its file, add its line to the list. */
export interface ExportFormat {
  /** Value of `--format`. */
  readonly name: string;
  /** File extension, with the dot. */
  readonly extension: string;
  /** First bytes of every such file. */
  readonly begins: string;
  /** Not suitable for a terminal. */
  readonly isBinary: boolean;
  /** The options it uses. The command refuses the others. */
  readonly takes: readonly OptionName[];
  /**
   * The file, piece by piece. Throws a UserError if the runs do not fit into such a file, or if an option names
   * something unknown.
   */
  write(runs: readonly ExportedRun[], options: ExportOptions): AsyncIterable<Uint8Array | string>;
}
