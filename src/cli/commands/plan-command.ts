import { defineCommand, flagTable } from '../command.ts';
import { suiteFlags, theSuites } from './suite-flags.ts';

export const plan = defineCommand({
  flags: flagTable({ suite: { ...theSuites, required: true }, ...suiteFlags }),
  examples: [['gatebench plan suites/smoke.yaml', 'requests, tokens, cost, minutes']],
  run: async (flags, io) => (await import('../run/execute-plan.ts')).executePlan(flags, io),
});
