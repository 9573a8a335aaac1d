import { UserError } from '../../base/user-error.ts';
import { defineCommand, flagTable, theRun } from '../command.ts';
import { grouped, type Parsed } from '../flags.ts';

const flags = flagTable({
  what: {
    type: 'text',
    argument: true,
    required: true,
    choices: ['export', 'import'],
    completes: ['export', 'import'],
    describe: 'export: write a blind sheet for people. import: read their verdicts',
  },
  run: theRun,
  file: { type: 'path', argument: true, completes: 'files', describe: 'for import: the sheet with verdicts' },
  criteria: { type: 'list', value: 'IDS', describe: 'only these criteria' },
  suite: {
    type: 'path',
    value: 'FILE',
    completes: 'suites',
    describe: 'take the criteria from this version of the suite; its prompts must ask what the run asked',
  },
  ...grouped('Export:', {
    out: {
      type: 'path',
      short: 'o',
      value: 'FILE',
      completes: 'files',
      describe: 'the sheet: .xlsx, .csv, or .html (one page that works offline, with keys)',
    },
    perModel: {
      type: 'number',
      min: 1,
      whole: true,
      default: 30,
      value: 'N',
      describe: 'answers of each model: a random sample of prompts, the same for all models',
    },
    overlap: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0.2,
      value: 'SHARE',
      describe: 'share of them that a second rater also gets, in a second sheet; 0 for none',
    },
    where: {
      type: 'text',
      choices: ['disagree'],
      value: 'WHICH',
      describe: 'disagree: those on which judges and checks disagree, to learn from; not for estimates',
    },
  }),
  ...grouped('Import:', { rater: { type: 'text', value: 'NAME', describe: 'name of the rater' } }),
});

export type RateFlags = Parsed<typeof flags>;

export const rate = defineCommand({
  flags,
  examples: [
    ['gatebench rate export latest -o sheet.xlsx', '30 answers of each model, for a spreadsheet'],
    ['gatebench rate export latest --criteria correct -o sheet.html', 'one page for a browser'],
    ['gatebench rate import latest sheet.xlsx --rater anna', "Anna's verdicts"],
  ],
  epilogue:
    'A sheet names no model and shows no verdict of a judge. Thirty labels of each model, on the same prompts, correct a ' +
    "judge's rate; five models and an overlap of 0.2 make 180 verdicts, which take about an hour and a half.",
  async run(parsed, io) {
    const { executeExport, executeImport } = await import('../rate/execute-rate.ts');
    if (parsed.what === 'export') {
      if (parsed.out === undefined)
        throw new UserError('rate export needs -o FILE, which ends in .xlsx, .csv, or .html.');
      return await executeExport(parsed, parsed.out, io);
    }
    if (parsed.file === undefined)
      throw new UserError('rate import needs the sheet: gatebench rate import RUN FILE --rater NAME');
    if (parsed.rater === undefined)
      throw new UserError('rate import needs --rater NAME, the name of the rater.');
    return await executeImport(parsed, { file: parsed.file, rater: parsed.rater }, io);
  },
});
