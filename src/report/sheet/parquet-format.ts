import type { ExportFormat } from './sheet-format.ts';

/** One table as Parquet, for DuckDB, pandas, and others: typed columns, with their meanings in the file. */
export const parquet: ExportFormat = {
  name: 'parquet',
  extension: '.parquet',
  begins: 'PAR1',
  isBinary: true,
  takes: ['table', 'columns', 'aliases'],
  async *write(runs, options) {
    const [{ writeParquet }, { fieldsOf }, { tableNamed }] = await Promise.all([
      import('../../query/parquet.ts'),
      import('./write-csv.ts'),
      import('./tables.ts'),
    ]);
    yield* writeParquet(fieldsOf(options), tableNamed(options.table ?? 'requests').rows(runs));
  },
};
