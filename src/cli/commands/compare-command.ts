import { allMetrics } from '../../analysis/compared-metrics.ts';
import type { Command } from '../command.ts';
import { outFile, theRun } from '../common-flags.ts';
import { listFlag, numberFlag } from '../number-flags.ts';

export const compare: Command = {
  flags: (builder) =>
    builder
      .positional('run', theRun)
      .positional('other', {
        type: 'string',
        completes: 'runs',
        describe: 'a later run to compare with the first',
      })
      .option('format', {
        choices: ['table', 'markdown', 'json', 'html'],
        default: 'table',
        value: 'NAME',
        describe: 'output format',
      })
      .option('by', {
        choices: ['model', 'route'],
        default: 'model',
        value: 'WHAT',
        describe: 'compare models, or the routes of each model',
      })
      .option('metrics', {
        isList: true,
        type: 'string',
        requiresArg: true,
        value: 'NAMES',
        completes: ['all', ...allMetrics],
        describe: `instead of E2E latency and passed: all, or some of ${allMetrics.join(', ')}. The fewer, the more power for each`,
      })
      .option('margin', {
        type: 'string',
        requiresArg: true,
        value: 'SHARE',
        describe: 'differences smaller than this do not matter [0.05]',
      })
      .option('strict', { type: 'boolean', describe: 'exit 6 when a pair is not settled' })
      .option('out', outFile)
      .example('$0 compare latest', 'which model is faster, and is that settled?')
      .example('$0 compare latest --metrics all', 'every metric, corrected for the number of comparisons')
      .example('$0 compare latest --by route', 'what does the gateway cost? (a run with several routes)')
      .example('$0 compare results/smoke/A results/smoke/B', 'the same models before and after'),
  async run(flags) {
    const { executeCompare } = await import('../execute-compare.ts');
    return executeCompare({
      run: flags['run'] as string,
      other: flags['other'] as string | undefined,
      format: flags['json'] === true ? 'json' : (flags['format'] as string),
      by: flags['by'] as 'model' | 'route',
      metrics: listFlag(flags['metrics']),
      margin: numberFlag('margin', { min: 0, max: 10 })(flags['margin']),
      strict: flags['strict'] === true,
      out: flags['out'] as string | undefined,
      results: flags['results'] as string,
      color: flags['color'] as boolean | undefined,
    });
  },
};
