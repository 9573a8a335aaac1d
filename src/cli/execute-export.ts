import { extname } from 'node:path';
import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { defined } from '../base/defined.ts';
import { count, oneLine } from '../base/text.ts';
import { aliasNotes, aliasSets } from '../report/sheet/aliases.ts';
import { csv } from '../report/sheet/csv-format.ts';
import type { ExportedRun, ExportFormat, ExportOptions, Summarized } from '../report/sheet/sheet-format.ts';
import { exportFormats } from '../report/sheet-formats.ts';
import { localeNamed } from '../report/sheet/locales.ts';
import { pickFields } from '../report/sheet/tables.ts';
import { tableNamed, type TableName } from '../report/sheet/tables.ts';
import { findRuns } from './find-runs.ts';
import { loadRun, readRun, type StoredRun } from '../analysis/read-run.ts';
import type { ExportFlags } from './commands/export-command.ts';
import type { Io } from './io.ts';
import { writeStream } from './write-stream.ts';

/** `gatebench export`: runs as a spreadsheet, from their folders alone. */
export async function executeExport(flags: ExportFlags, io: Io): Promise<ExitCode> {
  const format = formatOf(flags);
  const options = optionsOf(flags, format);
  if (io.stdout.isTTY) assertForTerminal(flags, format);
  const folders = await findRuns(flags.run, flags.results);
  const runs = await Promise.all(folders.map(readRun));
  await writeStream(format.write(runs.map(exportedRun), options), flags.out, io);
  for (const run of runs) warnOf(run, io);
  if (!flags.quiet) tell(flags, options, folders.length, io);
  return exitCode.done;
}

/** Formats not suitable for a terminal, with what to type instead. CSV is printed if requested. */
export function assertForTerminal(
  { out, format: asked, run }: Pick<ExportFlags, 'out' | 'format' | 'run'>,
  { isBinary, name }: ExportFormat,
): void {
  if (out !== undefined || (asked !== undefined && !isBinary)) return;
  const command = `gatebench export ${oneLine(run.join(' '), 60)}`;
  const lines = [`${command} -o run.xlsx          a workbook`, `${command} -o run.csv           CSV`];
  if (!isBinary) lines.push(`${command} --format csv         CSV, printed here`);
  const why = isBinary
    ? `--format ${name} cannot be printed to a terminal`
    : 'export needs a file to write to';
  throw new UserError(`${why}. Type one of:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function formatOf({ format: name, out }: ExportFlags): ExportFormat {
  const ending = out === undefined ? undefined : extname(out).toLowerCase();
  const byEnding = exportFormats.find(({ extension }) => extension === ending);
  if (name === undefined) {
    // A file whose content does not match its extension cannot be opened.
    if (ending !== undefined && ending !== '' && !byEnding) throw new UserError(unknownEnding(out!, ending));
    return byEnding ?? csv;
  }
  const format = exportFormats.find((known) => known.name === name)!;
  // A spreadsheet refuses to open a file with the wrong extension.
  if (byEnding && byEnding !== format)
    throw new UserError(
      `${out!} ends in ${byEnding.extension}, but --format is ${name}: name it …${format.extension}, or leave out --format.`,
    );
  return format;
}

function unknownEnding(out: string, ending: string): string {
  const names = exportFormats.map((format) => format.name).join(' or ');
  return `${out}: no format has the extension ${ending}. Use --format ${names}, or the extension ${exportFormats.map(({ extension }) => extension).join(' or ')}.`;
}

function optionsOf({ locale, table, columns, aliases }: ExportFlags, format: ExportFormat): ExportOptions {
  const options: ExportOptions = defined({
    locale: locale === undefined ? undefined : localeNamed(locale),
    table: table as TableName | undefined,
    columns,
    aliases: aliasSets.find(({ name }) => name === aliases),
  });
  const refused = Object.keys(options).filter((name) => !(format.takes as readonly string[]).includes(name));
  if (refused.length > 0)
    throw new UserError(
      `--${refused.join(', --')} ${refused.length === 1 ? 'is' : 'are'} for --format csv; ${format.takes.length === 0 ? 'a workbook has every column and works in every locale' : `${format.name} has no locale`}.`,
    );
  return options;
}

/** Summarizes on first use, and only once. */
function exportedRun({ folder, rows }: StoredRun): ExportedRun {
  let summary: Promise<Summarized> | undefined;
  return { rows: () => rows, summarized: () => (summary ??= loadRun(folder)) };
}

/** Also with --quiet: rows are missing in the output. */
function warnOf(run: StoredRun, { stderr }: Io): void {
  for (const warning of run.warnings()) stderr.write(`⚠ ${run.folder}: ${warning}\n`);
}

function tell({ out }: ExportFlags, { aliases, columns }: ExportOptions, runs: number, { stderr }: Io): void {
  const notes = aliases ? aliasNotes(pickFields(tableNamed('requests').fields, columns), aliases) : [];
  if (out !== undefined) notes.push(`Written: ${out} (${count(runs, 'run')})`);
  for (const note of notes) stderr.write(`${note}\n`);
}
