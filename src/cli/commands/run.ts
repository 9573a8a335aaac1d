import { defined } from '../../base/defined.ts';
import type { Command } from '../command.ts';
import { readSuiteFlags, suiteFlags } from './suite-flags.ts';

export const run: Command = {
  usage: 'run <suite..>',
  describe: 'Send a suite to every model, write a run folder, print a table',
  flags: (builder) =>
    suiteFlags(builder)
      .option('out', { type: 'string', requiresArg: true, describe: 'the run’s folder, instead of one below --results' })
      .example('$0 run suites/smoke.yaml --route demo', 'simulated models, no key')
      .example('$0 run suites/support-triage.yaml --repeat 5', 'more repeats')
      .example('$0 run my.yaml --models glm,kimi --tags nightly', 'a part of it'),
  async run(flags) {
    const { executeRun } = await import('../run/execute.ts');
    return executeRun({ ...readSuiteFlags(flags), ...defined({ out: flags['out'] as string | undefined }) });
  },
};
