import { exitCode, UserError, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { outputFormats } from '../report/report-formats.ts';
import { tagFormats } from '../report/tags/tag-formats.ts';
import type { Report } from '../analysis/analysis.ts';
import { PromptOutcomes } from '../analysis/prompt-outcomes.ts';
import { analyseRun, loadRun, readRun } from '../analysis/read-run.ts';
import type { ReportFlags } from './commands/report-command.ts';
import type { Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench report`: shows a run again, from its folder alone. */
export async function executeReport(
  { run, format, by, answers, out, results, color }: ReportFlags,
  io: Io,
): Promise<ExitCode> {
  const folder = await findRun(run, results);
  const formats = by === 'tag' ? tagFormats : outputFormats;
  if (by === 'tag' && !formats.some(({ name }) => name === format)) {
    const known = formats.map(({ name }) => name).join(', ');
    throw new UserError(`--by tag has the formats ${known}; the page and the workbook show tags anyway.`);
  }
  if (answers === 'all' && format !== 'html')
    throw new UserError('--answers all is about the page: add --format html.');
  if (format === 'html') {
    const { renderFolderPage } = await import('../report/run-page.ts');
    await writeOut(await renderFolderPage(folder, { answers }), out, io);
    return exitCode.done;
  }
  const output = formats.find(({ name }) => name === format)!;
  const report = format === 'junit' ? await withPrompts(folder) : (await loadRun(folder)).report;
  await writeOut(output.render(report, styleFor(out, color, io)), out, io);
  return exitCode.done;
}

/** The report with each model's results per prompt, from the same pass over the rows. */
async function withPrompts(folder: string): Promise<Report> {
  const outcomes = new PromptOutcomes();
  const { report } = await analyseRun(await readRun(folder), [outcomes]);
  return { ...report, prompts: outcomes.list() };
}
