import type { ExportFormat } from './sheet-format.ts';

/**
 * The spreadsheet profile of our tables: byte order mark, CRLF, the delimiter and decimal mark of a country, and `'`
 * before text that a spreadsheet would run or change (`=1+1`, `007`, `1/2`, `MAR1`).
 */
export const csv: ExportFormat = {
  name: 'csv',
  extension: '.csv',
  begins: '\ufeff',
  isBinary: false,
  takes: ['table', 'columns', 'aliases', 'locale'],
  async *write(runs, options) {
    const { writeCsv } = await import('./write-csv.ts');
    yield* writeCsv(runs, options);
  },
};
