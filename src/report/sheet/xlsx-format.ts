import type { ExportFormat } from './sheet-format.ts';

/** A workbook that explains itself: summary with charts, verdicts, all rows, history, and what everything means. */
export const xlsx: ExportFormat = {
  name: 'xlsx',
  extension: '.xlsx',
  begins: 'PK',
  isBinary: true,
  takes: [],
  async *write(runs) {
    const { writeWorkbook } = await import('./workbook/write-workbook.ts');
    yield* writeWorkbook(runs);
  },
};
