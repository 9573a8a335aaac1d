import type { Command } from '../command.ts';
import { theRun } from '../common-flags.ts';

export const repair: Command = {
  flags: (builder) =>
    builder
      .positional('run', { ...theRun, describe: 'folder of a run or a history, or latest' })
      .example('$0 repair latest', 'the damaged file is kept as requests.csv.damaged'),
  async run(flags) {
    const { executeRepair } = await import('../repair.ts');
    return executeRepair(flags['run'] as string, flags['results'] as string);
  },
};
