import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const folder = process.env['GATEBENCH_PYTHON'];
const remedy =
  'set GATEBENCH_PYTHON to a folder with the PyPI packages prometheus_client and opentelemetry-proto, as .ci/run does';

/** Why tests with the official readers are skipped. Undefined if they are installed, or if the tools are required. */
export const withoutReaders =
  (folder === undefined || !existsSync(folder)) && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? `NOT READ BY THE OFFICIAL READERS: ${remedy}`
    : undefined;

/** Runs Python on `input`, and returns the JSON that it printed. Throws its error message if it fails. */
export function inPython(code: string, input: string): unknown {
  if (folder === undefined) throw new Error(`GATEBENCH_REQUIRE_TOOLS is set, but ${remedy}`);
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code], {
    input,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
  });
  if (status !== 0) throw new Error(`Python: ${stderr}`);
  return JSON.parse(stdout);
}
