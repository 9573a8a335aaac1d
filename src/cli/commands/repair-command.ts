import type { Command } from '../command.ts';
import { theRun } from '../common-flags.ts';

export const repair: Command = {
  flags: (builder) =>
    builder
      .positional('run', { ...theRun, describe: 'folder of a run, or of a history; or latest' })
      .example('$0 repair latest', 'keeps the file as it was beside it, as requests.csv.damaged'),
  async run(flags) {
    const { executeRepair } = await import('../repair.ts');
    return executeRepair(flags['run'] as string, flags['results'] as string);
  },
};
