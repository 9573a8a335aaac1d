import type { Command } from './command.ts';
import { Flags, type Flag } from './flags.ts';

/** Of commands that read one run. */
export const theRun: Flag = {
  type: 'string',
  demandOption: true,
  completes: 'runs',
  describe: 'folder of a run, or latest',
};

/** Of commands that print to stdout unless told otherwise. */
export const outFile: Flag = {
  alias: 'o',
  type: 'string',
  requiresArg: true,
  value: 'FILE',
  completes: 'files',
  describe: 'write to this file',
};

/** All that a command takes: its own, and what every command takes. */
export function flagsOf(command: Command): Flags {
  return command
    .flags(new Flags())
    .option('results', {
      type: 'string',
      default: 'results',
      value: 'DIR',
      completes: 'folders',
      describe: 'folder that holds all runs',
      requiresArg: true,
    })
    .option('json', { type: 'boolean', describe: 'print JSON on stdout' })
    .option('quiet', { type: 'boolean', describe: 'no progress on stderr' })
    .option('color', { type: 'boolean', isNegated: true, describe: 'no color (also NO_COLOR)' })
    .option('help', { alias: 'h', type: 'boolean', describe: 'show this' })
    .group(['results', 'json', 'quiet', 'color', 'help'], 'Common:');
}
