import { runStates } from '../../view/index/runs.ts';
import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  suite: { type: 'text', value: 'NAME', describe: 'only runs of this suite' },
  model: { type: 'text', value: 'TEXT', describe: 'only runs with a model whose id contains this' },
  state: { type: 'text', choices: runStates, value: 'STATE', describe: 'only runs in this state' },
  since: { type: 'text', value: 'DAY', describe: 'only runs started on this day or later: 2026-11-22' },
  until: { type: 'text', value: 'DAY', describe: 'only runs started on this day or earlier' },
  limit: {
    type: 'number',
    default: 20,
    min: 1,
    whole: true,
    value: 'N',
    describe: 'list at most this many; --json lists all',
  },
});

export type RunsFlags = Parsed<typeof flags>;

export const runs = defineCommand({
  flags,
  examples: [
    ['gatebench runs', 'the newest runs first'],
    ['gatebench runs --suite smoke --state complete --json', 'for scripts'],
  ],
  run: async (parsed, io) => (await import('../execute-runs.ts')).executeRuns(parsed, io),
});
