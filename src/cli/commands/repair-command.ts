import { defineCommand, flagTable, theRun } from '../command.ts';

export const repair = defineCommand({
  flags: flagTable({ run: { ...theRun, describe: 'folder of a run or a history, or latest' } }),
  examples: [['gatebench repair latest', 'the damaged file is kept as requests.csv.damaged']],
  run: async ({ run, results }, io) => (await import('../repair.ts')).executeRepair(run, results, io),
});
