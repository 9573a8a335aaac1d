import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  suite: {
    type: 'path',
    argument: true,
    default: 'suites/starter.yaml',
    completes: 'suites',
    describe: 'file to write',
  },
  nightly: { type: 'switch', describe: 'write .github/workflows/gatebench-nightly.yml for the suite' },
  gateway: {
    type: 'switch',
    describe: 'print how to set up the gateway, token, provider, and key, then run doctor; writes nothing',
  },
});

export type InitFlags = Parsed<typeof flags>;

export const init = defineCommand({
  flags,
  examples: [
    ['gatebench init', 'then: gatebench run suites/starter.yaml --route demo'],
    ['gatebench init suites/mine.yaml --nightly', 'a workflow for a suite that you have'],
    ['gatebench init --gateway', 'from nothing to a working gateway'],
  ],
  async run(parsed, io) {
    const { nightly, gateway, json } = parsed;
    if (nightly && gateway)
      throw new UserError('--gateway writes nothing: leave out --nightly, or run init twice.');
    if (gateway && json)
      throw new UserError('--gateway is for people. For scripts, use gatebench doctor --json.');
    const { executeInit } = await import('../init/execute-init.ts');
    return executeInit(parsed, io);
  },
});
