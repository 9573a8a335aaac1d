import { UserError } from '../../base/user-error.ts';
import { listFlag, numberFlag } from '../number-flags.ts';
import type { Command } from '../command.ts';

export const calibrate: Command = {
  flags: (builder) =>
    builder
      .option('concurrency', {
        isList: true,
        type: 'string',
        default: '1,8,64',
        requiresArg: true,
        value: 'N,N',
        describe: 'concurrent streams at each level',
      })
      .option('tokens-per-second', {
        type: 'string',
        default: '50',
        requiresArg: true,
        value: 'N',
        describe: 'speed of each stream',
      })
      .option('tokens', {
        type: 'string',
        default: '60',
        requiresArg: true,
        value: 'N',
        describe: 'tokens of each stream',
      })
      .option('seconds', {
        type: 'string',
        default: '10',
        requiresArg: true,
        value: 'N',
        describe: 'time for each level',
      })
      .option('save', { type: 'boolean', describe: 'save the result for later runs on this machine' })
      .example('$0 calibrate', 'one, eight and 64 streams')
      .example('$0 calibrate --concurrency 3 --tokens 400 --save', 'the load you plan to run'),
  async run(flags) {
    const { executeCalibrate } = await import('../execute-calibrate.ts');
    const number = (name: string, min: number, max: number, whole = true): number =>
      numberFlag(name, { min, max, whole })(flags[name])!;
    return executeCalibrate({
      concurrency: levelsOf(flags['concurrency']),
      tokensPerSecond: number('tokens-per-second', 0.1, 1000, false),
      tokens: number('tokens', 2, 100_000),
      secondsPerLevel: number('seconds', 0, 3600, false),
      save: flags['save'] === true,
      json: flags['json'] === true,
      quiet: flags['quiet'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};

function levelsOf(value: unknown): number[] {
  const levels = (listFlag(value) ?? []).map((text) =>
    numberFlag('concurrency', { min: 1, max: 512, whole: true })(text)!,
  );
  if (levels.length === 0) throw new UserError('--concurrency takes numbers of streams, such as 1,8,64.');
  return levels;
}
