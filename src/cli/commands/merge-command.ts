import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: {
    type: 'paths',
    argument: true,
    required: true,
    completes: 'folders',
    describe: 'folders of the shards, or of the runs from several places',
  },
  out: {
    type: 'path',
    short: 'o',
    required: true,
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of the joined run',
  },
});

export type MergeFlags = Parsed<typeof flags>;

export const merge = defineCommand({
  flags,
  examples: [
    ['gatebench run my.yaml --seed 7 --shard 1/2 --out shards/1', 'half of the prompts, all models'],
    ['gatebench merge fra ams --out both', 'two places: runs of one suite, each with its --vantage'],
    ['gatebench merge shards/* --out merged', 'join them into one run; exit code 3 if something is missing'],
  ],
  run: async (parsed, io) => (await import('../merge/execute-merge.ts')).executeMerge(parsed, io),
});
