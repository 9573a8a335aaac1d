import { aliasSets } from '../../report/sheet/aliases.ts';
import { exportFormats } from '../../report/sheet-formats.ts';
import { locales } from '../../report/sheet/locales.ts';
import { exportTables } from '../../report/sheet/tables.ts';
import type { Command } from '../command.ts';
import { outFile } from '../common-flags.ts';
import { listFlag } from '../number-flags.ts';

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

export const exportRuns: Command = {
  flags: (builder) =>
    builder
      .positional('run', {
        type: 'string',
        array: true,
        demandOption: true,
        completes: 'runs',
        describe: 'folders of runs, latest, or a folder full of runs',
      })
      .option('format', {
        choices: names(exportFormats),
        value: 'NAME',
        describe: "default: by FILE's extension, else csv",
      })
      .option('out', { ...outFile, describe: 'write to this file; required for a workbook' })
      .option('locale', {
        type: 'string',
        requiresArg: true,
        value: 'NAME',
        completes: names(locales),
        describe: `delimiter and decimal mark for spreadsheets in: ${names(locales).join(', ')}`,
      })
      .option('table', {
        choices: names(exportTables),
        value: 'NAME',
        describe: 'which table, default requests',
      })
      .option('columns', {
        isList: true,
        type: 'string',
        requiresArg: true,
        value: 'NAMES',
        describe: 'only these, in this order: a,b,c',
      })
      .option('aliases', {
        choices: names(aliasSets),
        value: 'NAME',
        describe: "use another tool's names for the columns that it has, too",
      })
      .group(['locale', 'table', 'columns', 'aliases'], 'CSV:')
      .epilogue(
        'In CSV, text that a spreadsheet would change or run (007, 1E5, 1/2, MAR1, =1+1) begins with an apostrophe, so that it stays what it is. A workbook needs none.',
      )
      .example('$0 export latest -o run.xlsx', 'a workbook of the latest run')
      .example('$0 export results/nightly -o nights.xlsx', 'all nights, with their history')
      .example('$0 export latest --format csv --locale de > run.csv', 'for a German Excel')
      .example('$0 export a/ b/ -o both.csv --columns run_id,model,ttft_ms', 'two runs, three columns'),
  async run(flags) {
    const { executeExport } = await import('../execute-export.ts');
    return executeExport({
      runs: flags['run'] as string[],
      format: flags['format'] as string | undefined,
      out: flags['out'] as string | undefined,
      locale: flags['locale'] as string | undefined,
      table: flags['table'] as string | undefined,
      columns: listFlag(flags['columns']),
      aliases: flags['aliases'] as string | undefined,
      results: flags['results'] as string,
      quiet: flags['quiet'] === true,
    });
  },
};
