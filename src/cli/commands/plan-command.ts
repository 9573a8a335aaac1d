import type { Command } from '../command.ts';
import { readSuiteFlags, suiteFlags } from './suite-flags.ts';

export const plan: Command = {
  flags: (builder) =>
    suiteFlags(builder).example('$0 plan suites/smoke.yaml', 'requests, tokens, cost, minutes'),
  async run(flags) {
    const { executePlan } = await import('../run/execute-plan.ts');
    return executePlan(readSuiteFlags(flags));
  },
};
