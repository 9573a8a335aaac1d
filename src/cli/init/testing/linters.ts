import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter as pathDelimiter, join } from 'node:path';
import { finishedOf, spawn } from '../../../base/testing/programs.ts';
import { scratchFolder } from '../../../base/testing/scratch.ts';

const folders = [...(process.env['PATH'] ?? '').split(pathDelimiter), join(homedir(), 'go/bin')];
const find = (name: string, place = ''): string | undefined =>
  [place, ...folders.map((folder) => join(folder, name))].find((path) => path !== '' && existsSync(path));

const actionlint = find('actionlint', process.env['ACTIONLINT_PATH']);
const shellcheck = find('shellcheck');

const remedy =
  'go install github.com/rhysd/actionlint/cmd/actionlint@latest, or set ACTIONLINT_PATH; apt-get install shellcheck';

/** Why workflows are not linted. Undefined if both tools exist, or if they are required. */
export const withoutLinters =
  (actionlint === undefined || shellcheck === undefined) &&
  process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? `no actionlint or no shellcheck found: ${remedy}`
    : undefined;

/**
 * Findings of actionlint in workflows, one line each, including shellcheck's in their scripts. Throws if it cannot run.
 */
export const lintWorkflows = (...files: string[]): Promise<string[]> =>
  lines(actionlint, ['-oneline', '-shellcheck', shellcheck ?? '', ...files]);

/** Findings of shellcheck in a bash script, one line each. Throws if it cannot run. */
export const lintScripts = (...files: string[]): Promise<string[]> =>
  lines(shellcheck, ['--shell=bash', '--format=gcc', ...files]);

async function lines(tool: string | undefined, args: readonly string[]): Promise<string[]> {
  if (tool === undefined || shellcheck === undefined)
    throw new Error(`GATEBENCH_REQUIRE_TOOLS is set, but a linter was not found: ${remedy}`);
  await using cwd = await scratchFolder();
  const { code, stdout, stderr } = await finishedOf(spawn(tool, args, { cwd: cwd.path }));
  // Both exit with 1 if they found something, and with more if they failed.
  if (code !== 0 && code !== 1) throw new Error(`${tool}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}
