import type { Command } from '../command.ts';

export const trend: Command = {
  flags: (builder) =>
    builder
      .option('history', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        value: 'DIR',
        completes: 'folders',
        describe: 'folder of history.csv',
      })
      .example('$0 trend --history history', 'one line for each model and metric'),
  async run(flags) {
    const { executeTrend } = await import('../gate/execute-trend.ts');
    return executeTrend({
      history: flags['history'] as string,
      json: flags['json'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};
