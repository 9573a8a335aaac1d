import { defineCommand, flagTable, outFile } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  history: {
    type: 'path',
    required: true,
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of history.csv',
  },
  format: {
    type: 'text',
    choices: ['table', 'json', 'html'],
    default: 'table',
    value: 'NAME',
    describe: 'output format; html is a page with pictures',
  },
  out: outFile,
});

export type TrendFlags = Parsed<typeof flags>;

export const trend = defineCommand({
  flags,
  examples: [
    ['gatebench trend --history history', 'one line for each model and metric'],
    ['gatebench trend --history history --format html -o nights.html', 'a page to share'],
  ],
  run: async (parsed, io) => (await import('../gate/execute-trend.ts')).executeTrend(parsed, io),
});
