import { UserError } from '../../base/user-error.ts';
import { parseShard, type Shard } from '../../plan/shard.ts';
import { assertSafeUrl } from '../../target/safe-url.ts';
import { defineCommand, flagTable } from '../command.ts';
import { firstRun } from '../first-run.ts';
import { grouped, type Parsed } from '../flags.ts';
import { queueFlags } from './queue-flags.ts';
import { suiteFlags, theSuites } from './suite-flags.ts';

const flags = flagTable({
  suite: theSuites,
  ...suiteFlags,
  ...grouped('Run:', {
    out: {
      type: 'path',
      value: 'DIR',
      completes: 'folders',
      describe: 'folder of this run, instead of a new one in --results',
    },
    resume: {
      type: 'run',
      mayBeEmpty: true,
      value: 'RUN',
      completes: 'runs',
      excludes: ['retryErrors', 'shard'],
      describe: 'continue a run that was cut short: its folder, or the latest run; you may raise its budget',
    },
    retryErrors: {
      type: 'run',
      value: 'RUN',
      completes: 'runs',
      excludes: ['shard'],
      describe: 'send the failed requests of this run again',
    },
    shard: {
      type: 'text',
      value: 'I/N',
      describe: 'run part I of N of the prompts; join later with gatebench merge; needs --seed',
    },
    vantage: {
      type: 'text',
      value: 'NAME',
      describe:
        'name of the place that this runs at, such as fra; join places with gatebench merge; several with --queue: fra,iad',
    },
    label: {
      type: 'list',
      value: 'KEY=VALUE',
      describe: 'a label for every row, such as isp=telekom',
    },
    score: { type: 'switch', describe: "ask the suite's judges about the answers, once all are there" },
    otlpEndpoint: {
      type: 'text',
      value: 'URL',
      describe: "send the run's metrics to this OpenTelemetry collector, once it is over",
    },
    strict: { type: 'switch', describe: 'exit 6 when a threshold is not settled' },
  }),
  ...queueFlags,
});

/** Arguments of `run`. `resume` is empty for the latest run. All parts of a `shard` share the `seed`. */
export type RunFlags = Omit<Parsed<typeof flags>, 'shard'> & { shard: Shard | undefined };

export const run = defineCommand({
  flags,
  examples: [
    ['gatebench run suites/smoke.yaml --route demo', 'simulated models, no key'],
    ['gatebench run suites/support-triage.yaml --repeat 5', 'more repeats'],
    ['gatebench run my.yaml --models glm,kimi --tags nightly', 'some of its models and prompts'],
  ],
  async run(parsed, io) {
    if (parsed.suite.length === 0 && parsed.resume === undefined && parsed.retryErrors === undefined)
      throw new UserError(`run needs a suite. For example: ${firstRun(io.cwd)}`);
    if (parsed.otlpEndpoint !== undefined) assertSafeUrl(parsed.otlpEndpoint);
    const shard = readShard(parsed.shard, parsed.seed);
    const { executeRun } = await import('../run/execute-run.ts');
    return executeRun({ ...parsed, shard }, io);
  },
});

/** Shards are parts of one plan, and a plan is made from its seed. */
function readShard(text: string | undefined, seed: number | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const shard = parseShard(text);
  if (seed === undefined) throw new UserError('--shard needs --seed, the same for all shards of a run.');
  return shard;
}
