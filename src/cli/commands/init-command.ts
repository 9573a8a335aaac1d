import { UserError } from '../../base/user-error.ts';
import type { Command } from '../command.ts';

export const init: Command = {
  flags: (builder) =>
    builder
      .positional('suite', {
        type: 'string',
        default: 'suites/starter.yaml',
        completes: 'suites',
        describe: "the suite's file",
      })
      .option('nightly', {
        type: 'boolean',
        describe: 'write .github/workflows/gatebench-nightly.yml for the suite',
      })
      .option('gateway', {
        type: 'boolean',
        describe: 'write nothing: say how to set up gateway, token, provider and key, then run doctor',
      })
      .example('$0 init', 'then: gatebench run suites/starter.yaml --route demo')
      .example('$0 init suites/mine.yaml --nightly', 'the workflow; the suite is there already')
      .example('$0 init --gateway', 'from nothing to a gateway that doctor calls well'),
  async run(flags) {
    const [nightly, gateway] = [flags['nightly'] === true, flags['gateway'] === true];
    if (nightly && gateway)
      throw new UserError('--gateway writes nothing: leave out --nightly, or run init twice.');
    if (gateway && flags['json'] === true)
      throw new UserError('--gateway is for people; for a script there is gatebench doctor --json.');
    const { executeInit } = await import('../init/execute-init.ts');
    return executeInit({
      suite: flags['suite'] as string,
      nightly,
      gateway,
      json: flags['json'] === true,
      quiet: flags['quiet'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};
