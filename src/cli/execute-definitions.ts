import { exitCode, type ExitCode } from '../base/user-error.ts';
import { answerWarnings, readAnswerLines } from '../journal/answers.ts';
import { FileState } from '../journal/file-state.ts';
import { findRun } from '../journal/run-folder.ts';
import { renderDefinitions } from '../report/definitions-table.ts';
import { jsonText } from '../report/run-json.ts';
import { applyDefinitions, MeasuredRows } from '../analysis/definitions/apply.ts';
import { qualityWords } from '../analysis/definitions/quality-words.ts';
import { analyseRun, readRun } from '../analysis/read-run.ts';
import type { ReportFlags } from './commands/report-command.ts';
import type { Io } from './io.ts';
import { styleFor } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench report RUN --definitions`: the run in the definitions of vLLM, AIPerf and others. */
export async function executeDefinitions(
  { run, results, format, out, color }: ReportFlags,
  io: Io,
): Promise<ExitCode> {
  const folder = await findRun(run, results);
  const stored = await readRun(folder);
  const rows = new MeasuredRows();
  const { report } = await analyseRun(stored, [rows]);
  const state = new FileState();
  const models = await applyDefinitions(rows, readAnswerLines(folder, state), report.models);
  for (const warning of [...stored.warnings(), ...answerWarnings(state)]) io.stderr.write(`⚠ ${warning}\n`);
  const style = styleFor(out, color, io);
  await writeOut(
    format === 'json' ? jsonText({ models, words: qualityWords }) : renderDefinitions(models, style),
    out,
    io,
  );
  return exitCode.done;
}
