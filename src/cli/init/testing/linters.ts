import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter as pathDelimiter, join } from 'node:path';

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
  return new Promise((resolve, reject) => {
    execFile(tool, args, (error, stdout, stderr) => {
      // Both exit with 1 if they found something, and with more if they failed.
      if (error && error.code !== 1) reject(new Error(`${tool}: ${stderr || error.message}`));
      else resolve(stdout.split('\n').filter((line) => line !== ''));
    });
  });
}
