import { defineCommand, flagTable, outFile, theRun } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: theRun,
  suite: {
    type: 'path',
    value: 'FILE',
    completes: 'files',
    describe: 'take quality.need from this suite instead of the run',
  },
  format: {
    type: 'text',
    choices: ['table', 'markdown', 'json'],
    default: 'table',
    value: 'NAME',
    describe: 'output format',
  },
  by: { type: 'text', choices: ['tag'], value: 'WHAT', describe: 'tag: choose for each tag of the prompts' },
  strict: { type: 'switch', describe: 'exit 6 when nothing is sure' },
  out: outFile,
});

export type ChooseFlags = Parsed<typeof flags>;

export const choose = defineCommand({
  flags,
  examples: [
    ['gatebench choose latest', 'which model for the job that the suite describes?'],
    ['gatebench choose latest --by tag', 'this model for json, that one for writing?'],
    ['gatebench choose latest --suite suites/support.yaml', 'the same run, with other limits'],
  ],
  epilogue:
    'A suite says what a job needs under quality.need: limits, and what to choose by among the models that keep them. ' +
    'Each model is surely good enough, open, or out, at 95 % for all models together. Exit code 4 when every model is out.',
  run: async (parsed, io) => (await import('../execute-choose.ts')).executeChoose(parsed, io),
});
