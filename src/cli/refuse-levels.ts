import type { Report } from '../analysis/analysis.ts';
import { UserError } from '../base/user-error.ts';

/**
 * Refuses a run whose load has levels, for commands that report on all its requests together: levels must not be
 * pooled.
 */
export function refuseLevels({ load, run: { run_id: id } }: Report, command: string): void {
  if (!load) return;
  throw new UserError(
    `the load of run ${id} has levels, and ${command} reports on all requests of a run together. ` +
      `What each model did at each level: gatebench report ${id}, or its levels.csv. ` +
      'Limits on a level: thresholds: [{ metric: attainment, level: 0.5/s, min: 0.95 }] in the suite.',
  );
}
