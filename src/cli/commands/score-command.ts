import { defineCommand, flagTable, theRun } from '../command.ts';
import { grouped, type Parsed } from '../flags.ts';
import { wayFlags } from './suite-flags.ts';

const { baseUrl, allowHttp, providerKey } = wayFlags;

const flags = flagTable({
  run: theRun,
  ...grouped('What to judge:', {
    checksOnly: {
      type: 'switch',
      excludes: ['judge', 'criteria', 'maxCost', 'maxRequests'],
      describe: 'apply the checks to the stored answers again; no network',
    },
    judge: { type: 'list', value: 'IDS', describe: 'only these judges of the suite' },
    criteria: { type: 'list', value: 'IDS', describe: 'only these criteria' },
    suite: {
      type: 'path',
      value: 'FILE',
      completes: 'suites',
      describe: 'judge by this version of the suite; its prompts must ask what the run asked',
    },
  }),
  ...grouped('Budget of judging (it stops when it reaches one):', {
    maxCost: { type: 'number', min: 0, value: 'USD', describe: 'cost' },
    maxRequests: { type: 'number', min: 1, whole: true, value: 'N', describe: 'calls to judges' },
  }),
  baseUrl,
  allowHttp,
  providerKey,
});

export type ScoreFlags = Parsed<typeof flags>;

export const score = defineCommand({
  flags,
  examples: [
    ['gatebench score latest', 'ask the judges of the suite about the stored answers'],
    ['gatebench score latest --checks-only --suite my.yaml', "stored answers by today's checks; no network"],
    ['gatebench score latest --judge gemma --max-cost 1', 'one judge, for at most one dollar'],
  ],
  epilogue:
    'What was judged is not asked again: run the same command to continue after Ctrl-C, a kill, or a used-up budget.\n\n' +
    'Exit codes: 0 all judged, 3 more calls failed than the suite allows, 7 a budget was reached, 130 interrupted.',
  run: async (parsed, io) => (await import('../score/execute-score.ts')).executeScore(parsed, io),
});
