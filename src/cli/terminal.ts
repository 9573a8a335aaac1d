import type { Style } from '../report/run-report.ts';

/** Whether to write colours: the flag, then NO_COLOR and FORCE_COLOR, then whether somebody looks. */
export function usesColor(flag: boolean | undefined, stream: NodeJS.WriteStream): boolean {
  if (flag !== undefined) return flag;
  if (process.env['NO_COLOR']) return false;
  if (process.env['FORCE_COLOR']) return process.env['FORCE_COLOR'] !== '0';
  return stream.isTTY && process.env['TERM'] !== 'dumb';
}

/** How to write to stdout: as wide as the terminal, 80 columns into a pipe. */
export function stdoutStyle(color: boolean | undefined): Style {
  return { columns: process.stdout.columns || 80, color: usesColor(color, process.stdout) };
}
