import { exitCode, type ExitCode } from '../base/user-error.ts';
import { findRun } from '../journal/run-folder.ts';
import { outputFormats } from '../report/report-formats.ts';
import { loadRun } from '../analysis/read-run.ts';
import { stdoutStyle } from './terminal.ts';
import { writeOut } from './write-out.ts';

export interface ReportFlags {
  run: string;
  format: string;
  out: string | undefined;
  results: string;
  color: boolean | undefined;
}

/** `gatebench report`: a run again, from its folder alone. */
export async function executeReport({ run, format, out, results, color }: ReportFlags): Promise<ExitCode> {
  const folder = await findRun(run, results);
  if (format === 'html') {
    const { renderFolderPage } = await import('../report/run-page.ts');
    await writeOut(await renderFolderPage(folder), out);
    return exitCode.done;
  }
  const { report } = await loadRun(folder);
  const output = outputFormats.find(({ name }) => name === format)!;
  await writeOut(
    output.render(report, out === undefined ? stdoutStyle(color) : { columns: 120, color: false }),
    out,
  );
  return exitCode.done;
}
