import type { Command } from '../command.ts';

export const init: Command = {
  flags: (builder) =>
    builder
      .positional('suite', {
        type: 'string',
        default: 'suites/starter.yaml',
        completes: 'suites',
        describe: 'the suite’s file',
      })
      .option('nightly', {
        type: 'boolean',
        describe: 'write .github/workflows/gatebench-nightly.yml for the suite',
      })
      .example('$0 init', 'then: gatebench run suites/starter.yaml --route demo')
      .example('$0 init suites/mine.yaml --nightly', 'the workflow; the suite is there already'),
  async run(flags) {
    const { executeInit } = await import('../init/execute.ts');
    return executeInit({
      suite: flags['suite'] as string,
      nightly: flags['nightly'] === true,
      json: flags['json'] === true,
    });
  },
};
