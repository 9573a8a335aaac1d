import { stringify } from 'csv-stringify/sync';
import { escapeFormula } from '../../base/formula.ts';
import { unzip, zip } from '../../base/zip.ts';
import { cellsOf, type RatingItem, ratingWords, sheetColumns } from '../../score/rating-items.ts';
import { cellLimit } from '../sheet/workbook/cell.ts';
import { colors, headLook } from '../sheet/workbook/look.ts';

/** Items whose texts fit in a spreadsheet's cell, and those that only the page can show. */
export function fittingItems(items: readonly RatingItem[]): { fitting: RatingItem[]; tooLong: number } {
  const fitting = items.filter((item) =>
    Object.values(cellsOf(item)).every((text) => text.length <= cellLimit),
  );
  return { fitting, tooLong: items.length - fitting.length };
}

/** For spreadsheets: UTF-8 with a byte order mark, and nothing that runs as a formula. */
export function ratingCsv(items: readonly RatingItem[]): string {
  const rows = items.map((item) => {
    const cells = cellsOf(item);
    return sheetColumns.map((name) => escapeFormula(cells[name] ?? ''));
  });
  return `\ufeff${stringify([[...sheetColumns], ...rows], { record_delimiter: '\r\n', quoted_match: /[\r\n\t;]/ })}`;
}

const widths: Partial<Record<(typeof sheetColumns)[number], number>> = {
  ...{ item: 14, criterion: 12, question: 28, conversation: 44, reference: 24, answer: 60, other_answer: 60 },
  ...{ choices: 16, verdict: 12, comment: 30 },
};

/** A workbook with drop-downs for the verdicts. `madeAt`: ISO 8601. The same items give the same bytes. */
export async function ratingWorkbook(items: readonly RatingItem[], madeAt: string): Promise<Uint8Array> {
  const { Book } = await import('../sheet/workbook/book.ts');
  const book = new Book({
    title: 'gatebench: answers to rate',
    comment: 'Fill in the column verdict.',
    madeAt,
  });
  const sheet = book.addSheet('Rate');
  for (const [column, name] of sheetColumns.entries()) {
    sheet.width(column, widths[name] ?? 20);
    sheet.text(0, column, name, headLook);
  }
  for (const [index, item] of items.entries()) {
    const cells = cellsOf(item);
    for (const [column, name] of sheetColumns.entries())
      sheet.text(index + 1, column, cells[name] ?? '', {
        wrap: true,
        ...(name === 'verdict' ? { fill: colors.warning, bold: true } : {}),
      });
  }
  sheet.freeze(1, 0);
  return withDropDowns(book.toBytes(), items);
}

const verdictColumn = String.fromCharCode('A'.charCodeAt(0) + sheetColumns.indexOf('verdict'));

/** The library cannot write them, so they are inserted into its sheet where the format requires. */
function withDropDowns(workbook: Uint8Array, items: readonly RatingItem[]): Uint8Array {
  const path = 'xl/worksheets/sheet1.xml';
  const parts = unzip(Buffer.from(workbook));
  const xml = parts.get(path)!.toString('utf8');
  const places = Map.groupBy(
    items.map((item, index) => ({
      words: ratingWords(item.item.criterion).join(),
      cell: `${verdictColumn}${index + 2}`,
    })),
    ({ words }) => words,
  );
  const lists = Array.from(
    places,
    ([words, cells]) =>
      `<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="${cells.map(({ cell }) => cell).join(' ')}">` +
      `<formula1>"${words}"</formula1></dataValidation>`,
  );
  const validations = `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`;
  parts.set(path, Buffer.from(xml.replace('<pageMargins', `${validations}<pageMargins`)));
  return zip(parts);
}
