import type { Style } from '../report/run-report.ts';
import type { Io, Output } from './io.ts';

/** Whether to write colors: by the flag, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function usesColor(flag: boolean | undefined, stream: Output, env: Io['env']): boolean {
  if (flag !== undefined) return flag;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY && env['TERM'] !== 'dumb';
}

/** Settings for stdout: as wide as the terminal, 80 columns into a pipe. */
export function stdoutStyle(color: boolean | undefined, { stdout, env }: Io): Style {
  return { columns: stdout.columns || 80, color: usesColor(color, stdout, env) };
}

/** Settings for a file, or else for stdout. */
export const styleFor = (out: string | undefined, color: boolean | undefined, io: Io): Style =>
  out === undefined ? stdoutStyle(color, io) : { columns: 120, color: false };
