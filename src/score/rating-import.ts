import { sharedNames } from '../plan/cell.ts';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import type { RatingRow } from '../journal/quality-columns.ts';
import type { SheetRow } from '../journal/read-sheet.ts';
import { choices, quote } from '../suite/nearest.ts';
import { cellsOf, type RatingItem, ratingWords, type SheetCells } from './rating-items.ts';
import { itemCells } from './tasks.ts';

export interface ImportOptions {
  runId: string;
  rater: string;
  /** Time, ISO 8601. */
  at: string;
  /** Name of the sheet. */
  sheet: string;
  /** All items of the run. */
  items: ReadonlyMap<string, RatingItem>;
}

export interface Imported {
  rows: RatingRow[];
  /** Rows without a verdict, or skipped by the rater. */
  empty: number;
}

/** Maximum number of faults that are named. */
const mostFaults = 30;

/** Words for a skipped item. */
const skipped = ['', 'skip', 's'];

/**
 * The verdicts of a sheet. Throws a UserError that names every fault with its row: items of another run, unknown
 * verdicts, changed texts, two verdicts on one item. Nothing from such a sheet is used.
 */
export function ratingsOf(rows: readonly SheetRow[], options: ImportOptions): Imported {
  const faults: string[] = [];
  const given = new Map<string, { row: number; verdict: string }>();
  const ratings: RatingRow[] = [];
  let empty = 0;
  let strangers = 0;
  const titles = new Set(rows.flatMap(({ cells }) => [...cells.keys()]));
  if (!titles.has('item'))
    throw new UserError(
      `${options.sheet}: it has no column "item", so it is not a sheet from gatebench rate export.`,
    );
  for (const { row, cells } of rows) {
    const complain = (text: string): void => void faults.push(`  row ${row}: ${text}`);
    const id = plain(cells.get('item'));
    const item = options.items.get(id);
    if (!item) {
      if (id === '' && plain(cells.get('verdict')) === '') continue;
      strangers++;
      complain(`item ${quote(id)} is not in this run`);
      continue;
    }
    const changed = changedColumns(cells, cellsOf(item));
    if (changed.length > 0)
      complain(
        `the text in ${changed.join(' and ')} was changed, so the verdict may be about something else`,
      );
    const said = plain(cells.get('verdict'));
    if (skipped.includes(said.toLowerCase())) {
      empty++;
      continue;
    }
    const words = ratingWords(item.item.criterion);
    const verdict = words.find((word) => word.toLowerCase() === said.toLowerCase());
    if (verdict === undefined) {
      complain(`unknown verdict ${quote(said)}${choices(said, words)}`);
      continue;
    }
    const before = given.get(id);
    if (before && before.verdict !== verdict)
      complain(`item ${quote(id)} has another verdict in row ${before.row}`);
    if (before) continue;
    given.set(id, { row, verdict });
    ratings.push(ratingRow(item, verdict, plain(cells.get('comment')), options));
  }
  if (faults.length > 0) throw new UserError(told(faults, strangers === rows.length, options.sheet));
  return { rows: ratings, empty };
}

function told(faults: readonly string[], allStrange: boolean, sheet: string): string {
  if (allStrange)
    return `${sheet}: none of its items are in this run. It was exported from another one, or by another version of the criteria (--suite).`;
  const more = faults.length - mostFaults;
  return (
    `${sheet}: nothing was imported, because of ${faults.length === 1 ? 'this row' : 'these rows'}:\n` +
    faults.slice(0, mostFaults).join('\n') +
    (more > 0 ? `\n  … and ${more} more` : '')
  );
}

/** Spreadsheets add and remove blanks at the ends, and change line ends. */
const plain = (text = ''): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '',
    )
    .replace(/^'/, '')
    .trim();

/** A cell holds this many lines. The others become blanks. */
const words = (text: string | undefined): string => plain(text).replaceAll(/\s+/g, ' ');

const texts = ['criterion', 'question', 'conversation', 'reference', 'answer', 'other_answer'] as const;

/** Missing columns are ignored: the page saves only verdicts. */
function changedColumns(cells: SheetRow['cells'], expected: SheetCells): string[] {
  return texts.filter((name) => {
    const found = cells.get(name);
    return found !== undefined && words(found) !== words(expected[name]);
  });
}

function ratingRow(
  { item, order, sample }: RatingItem,
  verdict: string,
  comment: string,
  { runId, rater, at, sheet }: ImportOptions,
): RatingRow {
  const { a, b, criterion } = item;
  const isLeft = verdict === 'left';
  const preferred = verdict === 'tie' ? 'tie' : isLeft === (order === 'ab') ? 'a' : 'b';
  return {
    run_id: runId,
    rated_at: at,
    rater,
    ...itemCells(item),
    verdict: b ? undefined : verdict,
    score: b ? undefined : criterion.verdicts[verdict],
    preferred: b ? preferred : undefined,
    order,
    sample,
    comment: oneLine(comment, 2000) || undefined,
    sheet,
    ...sharedNames(a.row, (b ?? a).row),
  };
}
