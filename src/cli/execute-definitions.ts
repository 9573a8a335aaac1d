import { applyDefinitions } from '../analysis/definitions/apply.ts';
import { loadRun } from '../analysis/read-run.ts';
import { exitCode, type ExitCode } from '../base/user-error.ts';
import { readAnswerLines } from '../journal/answers.ts';
import { readRequests } from '../journal/resume.ts';
import { findRun } from '../journal/run-folder.ts';
import { renderDefinitions } from '../report/definitions-table.ts';
import { jsonText } from '../report/run-json.ts';
import type { ReportFlags } from './execute-report.ts';
import { stdoutStyle } from './terminal.ts';
import { writeOut } from './write-out.ts';

/** `gatebench report RUN --definitions`: the run as vLLM, AIPerf and others would word it. */
export async function executeDefinitions({
  run,
  results,
  format,
  out,
  color,
}: ReportFlags): Promise<ExitCode> {
  const folder = await findRun(run, results);
  const { report } = await loadRun(folder);
  const models = await applyDefinitions(readRequests(folder), readAnswerLines(folder), report.models);
  const style = out === undefined ? stdoutStyle(color) : { columns: 120, color: false };
  await writeOut(format === 'json' ? jsonText({ models }) : renderDefinitions(models, style), out);
  return exitCode.done;
}
