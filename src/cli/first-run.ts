import { existsSync } from 'node:fs';
import { under } from './io.ts';

/** What a new user can type here: an installed program has no suites with it. */
export const firstRun = (cwd: string): string =>
  existsSync(under(cwd, 'suites/smoke.yaml'))
    ? 'gatebench run suites/smoke.yaml --route demo'
    : 'gatebench init && gatebench run suites/starter.yaml --route demo';
