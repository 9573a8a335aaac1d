import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  concurrency: {
    type: 'numbers',
    default: [1, 8, 64],
    min: 1,
    max: 512,
    whole: true,
    value: 'N,N',
    describe: 'concurrent streams at each level',
  },
  tokensPerSecond: {
    type: 'number',
    default: 50,
    min: 0.1,
    max: 1000,
    value: 'N',
    describe: 'speed of each stream',
  },
  tokens: {
    type: 'number',
    default: 60,
    min: 2,
    max: 100_000,
    whole: true,
    value: 'N',
    describe: 'tokens of each stream',
  },
  seconds: { type: 'number', default: 10, min: 0, max: 3600, value: 'N', describe: 'time for each level' },
  save: { type: 'switch', describe: 'save the result for later runs on this machine' },
});

export type CalibrateFlags = Parsed<typeof flags>;

export const calibrate = defineCommand({
  flags,
  examples: [
    ['gatebench calibrate', '1, 8, and 64 streams'],
    ['gatebench calibrate --concurrency 3 --tokens 400 --save', 'the load you plan to run'],
  ],
  async run(parsed, io) {
    if (parsed.concurrency.length === 0)
      throw new UserError('--concurrency takes numbers of streams, such as 1,8,64.');
    const { executeCalibrate } = await import('../execute-calibrate.ts');
    return executeCalibrate(parsed, io);
  },
});
