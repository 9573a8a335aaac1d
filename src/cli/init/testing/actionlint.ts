import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter as pathDelimiter, join } from 'node:path';

const folders = [...(process.env['PATH'] ?? '').split(pathDelimiter), join(homedir(), 'go/bin')];
const places = [process.env['ACTIONLINT_PATH'] ?? '', ...folders.map((folder) => join(folder, 'actionlint'))];
const found = places.find((place) => place !== '' && existsSync(place));

const remedy = 'go install github.com/rhysd/actionlint/cmd/actionlint@latest, or set ACTIONLINT_PATH';

/** Why workflows are not linted; undefined when there is actionlint, or when the tools are demanded. */
export const withoutActionlint =
  found === undefined && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? `no actionlint found: ${remedy}`
    : undefined;

/**
 * What actionlint finds in a workflow, a line for each; with its shell scripts where shellcheck is there. Throws when
 * there is no actionlint, or it does not run.
 */
export async function lint(file: string): Promise<string[]> {
  if (found === undefined)
    throw new Error(`GATEBENCH_REQUIRE_TOOLS is set, but no actionlint was found: ${remedy}`);
  return new Promise((resolve, reject) => {
    execFile(found, ['-oneline', file], (error, stdout, stderr) => {
      // It exits with 1 when it found something, with 2 and 3 when it could not look.
      if (error && error.code !== 1) reject(new Error(`actionlint: ${stderr || error.message}`));
      else resolve(stdout.split('\n').filter((line) => line !== ''));
    });
  });
}
