import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  history: {
    type: 'path',
    required: true,
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of history.csv',
  },
});

export type TrendFlags = Parsed<typeof flags>;

export const trend = defineCommand({
  flags,
  examples: [['gatebench trend --history history', 'one line for each model and metric']],
  run: async (parsed, io) => (await import('../gate/execute-trend.ts')).executeTrend(parsed, io),
});
