import type { Command } from '../command.ts';

export const merge: Command = {
  flags: (builder) =>
    builder
      .positional('run', {
        type: 'string',
        array: true,
        demandOption: true,
        completes: 'folders',
        describe: 'folders of the shards',
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        demandOption: true,
        value: 'DIR',
        completes: 'folders',
        describe: 'folder of the joined run',
      })
      .example('$0 run my.yaml --seed 7 --shard 1/2 --out shards/1', 'half of the prompts, all models')
      .example('$0 merge shards/* --out merged', 'one run again; exit code 3 if something is missing'),
  async run(flags) {
    const { executeMerge } = await import('../merge/execute-merge.ts');
    return executeMerge({
      runs: flags['run'] as string[],
      out: flags['out'] as string,
      results: flags['results'] as string,
      json: flags['json'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};
