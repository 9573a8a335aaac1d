import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: {
    type: 'paths',
    argument: true,
    completes: 'runs',
    describe: 'folders of runs that gate --github has decided about',
  },
});

export type DeliverFlags = Parsed<typeof flags>;

export const deliver = defineCommand({
  flags,
  examples: [
    [
      'gatebench deliver nights/*',
      'in a job of GitHub Actions, with GH_TOKEN and the permission issues: write',
    ],
  ],
  epilogue:
    'Every night: one issue for each suite, opened when a failure is confirmed, updated while it lasts, and closed at the ' +
    'first pass. An issue that you close stays closed until the suite has passed, or something else fails. On a pull ' +
    'request: one comment for each suite, kept up to date. It calls gh. Whatever fails is a warning, never the exit code.',
  async run(parsed, io) {
    if (parsed.run.length === 0)
      throw new UserError('deliver needs a run: a folder that gate --github has decided about.');
    const { executeDeliver } = await import('../deliver/execute-deliver.ts');
    return executeDeliver(parsed, io);
  },
});
