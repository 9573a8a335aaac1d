import { defined } from '../../base/defined.ts';
import { UserError } from '../../base/user-error.ts';
import { parseShard, type Shard } from '../../plan/shard.ts';
import type { Command } from '../command.ts';
import { firstRun } from '../first-run.ts';
import { readSuiteFlags, suiteFlags } from './suite-flags.ts';

export const run: Command = {
  flags: (builder) =>
    suiteFlags(builder)
      .option('out', {
        type: 'string',
        requiresArg: true,
        value: 'DIR',
        completes: 'folders',
        describe: 'folder of this run, instead of a new one in --results',
      })
      .option('resume', {
        type: 'string',
        value: 'RUN',
        completes: 'runs',
        describe:
          'continue a run that was cut short: its folder, or the latest run; you may raise its budget',
      })
      .option('retry-errors', {
        type: 'string',
        requiresArg: true,
        value: 'RUN',
        completes: 'runs',
        describe: 'send the failed requests of this run again',
      })
      .option('shard', {
        type: 'string',
        requiresArg: true,
        value: 'I/N',
        describe: 'run part I of N of the prompts; join later with gatebench merge; needs --seed',
      })
      .conflicts('shard', ['resume', 'retry-errors'])
      .option('strict', {
        type: 'boolean',
        describe: 'exit 6 when a threshold is not settled',
      })
      .conflicts('resume', 'retry-errors')
      .group(['out', 'resume', 'retry-errors', 'shard', 'strict'], 'Run:')
      .example('$0 run suites/smoke.yaml --route demo', 'simulated models, no key')
      .example('$0 run suites/support-triage.yaml --repeat 5', 'more repeats')
      .example('$0 run my.yaml --models glm,kimi --tags nightly', 'some of its models and prompts'),
  async run(flags) {
    const suiteAndDesign = readSuiteFlags(flags);
    const folder = defined({
      out: flags['out'] as string | undefined,
      resume: flags['resume'] as string | undefined,
      retryErrors: flags['retry-errors'] as string | undefined,
    });
    if (suiteAndDesign.suites.length === 0 && folder.resume === undefined && folder.retryErrors === undefined)
      throw new UserError(`run needs a suite. For example: ${firstRun()}`);
    const shard = readShard(flags['shard'], suiteAndDesign.seed);
    const { executeRun } = await import('../run/execute-run.ts');
    return executeRun({
      ...suiteAndDesign,
      ...folder,
      ...defined({ shard }),
      strict: flags['strict'] === true,
    });
  },
};

/** Shards are parts of one plan, and a plan is made from its seed. */
function readShard(flag: unknown, seed: number | undefined): Shard | undefined {
  if (flag === undefined) return undefined;
  const shard = parseShard(flag as string);
  if (seed === undefined) throw new UserError('--shard needs --seed, the same for all shards of a run.');
  return shard;
}
