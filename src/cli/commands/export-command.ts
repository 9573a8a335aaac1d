import { aliasSets } from '../../report/sheet/aliases.ts';
import { exportFormats } from '../../report/sheet-formats.ts';
import { locales } from '../../report/sheet/locales.ts';
import { exportTables } from '../../report/sheet/tables.ts';
import { defineCommand, flagTable, outFile } from '../command.ts';
import { grouped, type Parsed } from '../flags.ts';

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

const flags = flagTable({
  run: {
    type: 'paths',
    argument: true,
    required: true,
    completes: 'runs',
    describe: 'folders of runs, latest, or a folder full of runs',
  },
  format: {
    type: 'text',
    choices: names(exportFormats),
    value: 'NAME',
    describe: "default: by FILE's extension, else csv",
  },
  out: { ...outFile, describe: 'write to this file; required for a workbook and Parquet' },
  ...grouped('CSV and Parquet:', {
    locale: {
      type: 'text',
      value: 'NAME',
      completes: names(locales),
      describe: `CSV: delimiter and decimal mark for spreadsheets in: ${names(locales).join(', ')}`,
    },
    table: {
      type: 'text',
      choices: names(exportTables),
      value: 'NAME',
      describe: 'which table, default requests',
    },
    columns: { type: 'list', value: 'NAMES', describe: 'only these, in this order: a,b,c' },
    aliases: {
      type: 'text',
      choices: names(aliasSets),
      value: 'NAME',
      describe: "use another tool's names for the columns it shares",
    },
  }),
});

export type ExportFlags = Parsed<typeof flags>;

export const exportRuns = defineCommand({
  flags,
  examples: [
    ['gatebench export latest -o run.xlsx', 'a workbook of the latest run'],
    ['gatebench export results/nightly -o nights.xlsx', 'all nights, with their history'],
    ['gatebench export latest --format csv --locale de > run.csv', 'for a German Excel'],
    ['gatebench export results -o all.parquet', 'all requests for pandas and DuckDB (optional package)'],
    ['gatebench export a/ b/ -o both.csv --columns run_id,model,ttft_ms', 'two runs, three columns'],
  ],
  epilogue:
    'In CSV, text that a spreadsheet would change or run (007, 1E5, 1/2, MAR1, =1+1) begins with an apostrophe, so that it stays what it is. A workbook needs none.',
  run: async (parsed, io) => (await import('../execute-export.ts')).executeExport(parsed, io),
});
