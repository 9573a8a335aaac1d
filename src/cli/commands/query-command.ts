import { queryTables } from '../../query/tables.ts';
import { queryFormats } from '../../report/query-formats.ts';
import { defineCommand, flagTable, outFile } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  sql: {
    type: 'text',
    argument: true,
    describe: 'one SELECT; left out with --file',
  },
  run: {
    type: 'paths',
    argument: true,
    completes: 'runs',
    describe: 'folders of runs, latest, or a folder full of runs; default: all runs',
  },
  file: {
    type: 'path',
    value: 'FILE',
    completes: 'files',
    describe: 'read the SELECT from this file',
  },
  history: {
    type: 'path',
    value: 'DIR',
    completes: 'folders',
    describe: 'folder of history.csv, for history and nights',
  },
  format: {
    type: 'text',
    choices: queryFormats.map(({ name }) => name),
    default: 'table',
    value: 'NAME',
    describe: 'output format',
  },
  out: outFile,
});

export type QueryFlags = Parsed<typeof flags>;

export const query = defineCommand({
  flags,
  examples: [
    [
      'gatebench query "select model, quantile_cont(ttft_ms, 0.95) from requests where valid group by model"',
      'p95 TTFT over all runs',
    ],
    ['gatebench query "summarize models" latest', 'what the columns of one run hold'],
    ['gatebench query --file drift.sql --format csv -o drift.csv', 'from a file, into a file'],
  ],
  epilogue: [
    'SQL is that of DuckDB, an optional package: npm i @duckdb/node-api. Tables are loaded into memory, then the database is locked: a statement reads them and reaches nothing else. What was not measured is NULL.',
    `Tables:\n${queryTables.map(({ name, meaning }) => `  ${name.padEnd(13)}${meaning}`).join('\n')}`,
    'Every table has run_id. Columns are those of the files: see results/README.md, or "describe requests".',
  ].join('\n\n'),
  run: async (parsed, io) => (await import('../execute-query.ts')).executeQuery(parsed, io),
});
