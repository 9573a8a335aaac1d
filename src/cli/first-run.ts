import { existsSync } from 'node:fs';

/** What somebody who is new can type here: an installed program has no suites beside it. */
export const firstRun = (): string =>
  existsSync('suites/smoke.yaml')
    ? 'gatebench run suites/smoke.yaml --route demo'
    : 'gatebench init && gatebench run suites/starter.yaml --route demo';
