import { UserError } from '../../base/user-error.ts';
import type { Command } from '../command.ts';

export const init: Command = {
  flags: (builder) =>
    builder
      .positional('suite', {
        type: 'string',
        default: 'suites/starter.yaml',
        completes: 'suites',
        describe: 'file to write',
      })
      .option('nightly', {
        type: 'boolean',
        describe: 'write .github/workflows/gatebench-nightly.yml for the suite',
      })
      .option('gateway', {
        type: 'boolean',
        describe:
          'print how to set up the gateway, token, provider, and key, then run doctor; writes nothing',
      })
      .example('$0 init', 'then: gatebench run suites/starter.yaml --route demo')
      .example('$0 init suites/mine.yaml --nightly', 'a workflow for a suite that you have')
      .example('$0 init --gateway', 'from nothing to a working gateway'),
  async run(flags) {
    const [nightly, gateway] = [flags['nightly'] === true, flags['gateway'] === true];
    if (nightly && gateway)
      throw new UserError('--gateway writes nothing: leave out --nightly, or run init twice.');
    if (gateway && flags['json'] === true)
      throw new UserError('--gateway is for people. For scripts, use gatebench doctor --json.');
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
