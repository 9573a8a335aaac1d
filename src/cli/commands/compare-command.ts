import { allMetrics } from '../../analysis/compared-metrics.ts';
import { defineCommand, flagTable, outFile, theRun } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: theRun,
  other: {
    type: 'run',
    argument: true,
    completes: 'runs',
    describe: 'a later run to compare with the first',
  },
  format: {
    type: 'text',
    choices: ['table', 'markdown', 'json', 'html'],
    default: 'table',
    value: 'NAME',
    describe: 'output format',
  },
  by: {
    type: 'text',
    choices: ['model', 'route', 'variant', 'vantage', 'version'],
    value: 'WHAT',
    describe:
      'compare models, or the routes, prompt variants, places, or suite versions (run --against) of each model [model, after run --against version]',
  },
  tags: {
    type: 'list',
    value: 'TAGS',
    describe: 'compare on the prompts with any of these tags only',
  },
  metrics: {
    type: 'list',
    value: 'NAMES',
    completes: ['all', ...allMetrics],
    describe: `metrics to compare instead of E2E latency and pass rate: all, or some of ${allMetrics.join(', ')}. Fewer metrics give each more power`,
  },
  margin: {
    type: 'number',
    min: 0,
    max: 10,
    value: 'SHARE',
    describe: 'differences smaller than this do not matter [0.05]',
  },
  strict: { type: 'switch', describe: 'exit 6 when a pair is not settled' },
  out: outFile,
});

export type CompareFlags = Parsed<typeof flags>;

export const compare = defineCommand({
  flags,
  examples: [
    ['gatebench compare latest', 'which model is faster, and is that settled?'],
    ['gatebench compare latest --metrics all', 'every metric, corrected for the number of comparisons'],
    ['gatebench compare latest --tags json,code', 'the same on some of the prompts'],
    ['gatebench compare latest --by variant', 'which prompt or effort pays off? (a suite with variants)'],
    ['gatebench compare latest --by route', 'what does the gateway cost? (a run with several routes)'],
    ['gatebench compare latest --by version', 'what does the change bring? (run --against REF)'],
    ['gatebench compare merged --by vantage', 'where is it slower? (a run merged from several places)'],
    ['gatebench compare results/smoke/A results/smoke/B', 'the same models before and after'],
  ],
  run: async (parsed, io) => (await import('../execute-compare.ts')).executeCompare(parsed, io),
});
