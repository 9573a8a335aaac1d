import type { Command } from '../command.ts';
import { readSuiteFlags, suiteFlags } from './suite-flags.ts';

export const plan: Command = {
  usage: 'plan <suite..>',
  describe: 'Check a suite and print what a run would send; sends nothing',
  flags: (builder) =>
    suiteFlags(builder).example('$0 plan suites/smoke.yaml', 'requests, tokens, cost, minutes'),
  async run(flags) {
    const { executePlan } = await import('../run/plan.ts');
    return executePlan(readSuiteFlags(flags));
  },
};
