import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { closeRun } from '../../analysis/close-run.ts';
import type { ExitCode } from '../../base/user-error.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { runFiles, writeWhole } from '../../journal/run-folder.ts';
import { PageScan } from '../../report/page/collect-page.ts';
import { outputFormats } from '../../report/report-formats.ts';
import { renderRunPage } from '../../report/run-page.ts';
import type { RunFlags } from '../commands/run-command.ts';
import { shownFrom, type Io } from '../io.ts';
import { stdoutStyle } from '../terminal.ts';
import { codeOf, nextSteps } from './outcome.ts';

/** Steps after the last answer: analyze, show, list the written files. */
export async function concludeRun(
  folder: string,
  { started_at: startedAt }: Manifest,
  flags: RunFlags,
  io: Io,
): Promise<ExitCode> {
  const scan = new PageScan(startedAt);
  const run = await closeRun(folder, [scan]);
  const format = outputFormats.find(({ name }) => name === (flags.json ? 'json' : 'table'))!;
  io.stdout.write(format.render(run.report, stdoutStyle(flags.color, io)));
  // After the table, which people wait for: drawing takes a moment.
  await writeWhole(join(folder, runFiles.report), await renderRunPage(run, scan));
  if (!flags.json) {
    const names = await readdir(folder);
    io.stdout.write(`\n${nextSteps(shownFrom(io.cwd, folder), names, run.manifest, io.program)}`);
  }
  return codeOf(run, flags.strict);
}
