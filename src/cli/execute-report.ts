import { exitCode, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { outputFormats } from '../report/report-formats.ts';
import { loadRun } from '../analysis/read-run.ts';
import type { ReportFlags } from './commands/report-command.ts';
import type { Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench report`: a run again, from its folder alone. */
export async function executeReport(
  { run, format, out, results, color }: ReportFlags,
  io: Io,
): Promise<ExitCode> {
  const folder = await findRun(run, results);
  if (format === 'html') {
    const { renderFolderPage } = await import('../report/run-page.ts');
    await writeOut(await renderFolderPage(folder), out, io);
    return exitCode.done;
  }
  const { report } = await loadRun(folder);
  const output = outputFormats.find(({ name }) => name === format)!;
  await writeOut(output.render(report, styleFor(out, color, io)), out, io);
  return exitCode.done;
}
