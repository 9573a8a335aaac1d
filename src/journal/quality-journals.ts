import { join } from 'node:path';
import type { Column } from '../base/column.ts';
import { type Redact, redactedDeep } from '../base/redact.ts';
import { escapedJson } from './answers.ts';
import { AppendLog } from './append-log.ts';
import { FileState, fileWarnings } from './file-state.ts';
import {
  judgementColumns,
  type JudgementRow,
  ratingColumns,
  type RatingRow,
  recheckedColumns,
  type RecheckedRow,
} from './quality-columns.ts';
import { readCsv } from './read-csv.ts';
import { addNewColumns } from './resume.ts';
import { isThere, runFiles } from './run-folder.ts';

// Opinions on stored answers, given after the run. They were measured and paid for, like the answers.

/** One line of `judgements.jsonl`: the judge's full reply. */
export interface JudgementText {
  judgement_id: string;
  answer: string;
  reasoning: string;
}

/** The three tables, and how to recover from damage to each. */
export const qualityTables = [
  {
    file: runFiles.judgements,
    columns: judgementColumns,
    remedy: 'Ask for them again with: gatebench score',
  },
  {
    file: runFiles.ratings,
    columns: ratingColumns,
    remedy: 'Import the sheet again with: gatebench rate import',
  },
  {
    file: runFiles.rechecked,
    columns: recheckedColumns,
    remedy: 'Check again with: gatebench score --checks-only',
  },
] as const;

/** Appends judgements as they come. */
export class JudgementLog {
  readonly #log: AppendLog<JudgementRow>;
  readonly #redact: Redact;

  private constructor(log: AppendLog<JudgementRow>, redact: Redact) {
    this.#log = log;
    this.#redact = redact;
  }

  /** `redact` is applied to replies of judges and texts of servers. */
  static async open(folder: string, redact: Redact): Promise<JudgementLog> {
    const files = {
      table: join(folder, runFiles.judgements),
      columns: judgementColumns,
      texts: join(folder, runFiles.judgementTexts),
    };
    await fitHeader(folder, 0);
    return new JudgementLog(await AppendLog.open(files), redact);
  }

  /** Resolves when the judgement is on disk. Rejects if the disk refuses: nothing more must be asked. */
  append(row: JudgementRow, text: JudgementText): Promise<void> {
    const { error_code, error_message, reason_preview, echoed_model } = row;
    const outside = { error_code, error_message, reason_preview, echoed_model };
    return this.#log.append(
      { ...row, ...redactedDeep(outside, this.#redact) },
      escapedJson({
        ...text,
        ...redactedDeep({ answer: text.answer, reasoning: text.reasoning }, this.#redact),
      }),
    );
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

/** Appends people's verdicts from a sheet. */
export async function appendRatings(folder: string, rows: readonly RatingRow[]): Promise<void> {
  await fitHeader(folder, 1);
  await appendAll(join(folder, runFiles.ratings), ratingColumns, rows);
}

/** A table of an older version lacks columns: new rows would not fit its header. */
async function fitHeader(folder: string, place: 0 | 1): Promise<void> {
  const { file, columns } = qualityTables[place];
  await addNewColumns(folder, file, columns, new FileState());
}

export function openRechecked(folder: string): Promise<AppendLog<RecheckedRow>> {
  return AppendLog.open({ table: join(folder, runFiles.rechecked), columns: recheckedColumns });
}

async function appendAll(
  table: string,
  columns: readonly Column[],
  rows: readonly RatingRow[],
): Promise<void> {
  const log = await AppendLog.open<RatingRow>({ table, columns });
  try {
    await Promise.all(rows.map((row) => log.append(row)));
  } finally {
    await log.close();
  }
}

/** Opinions on the answers of a run. Each list is empty if there are none. */
export interface QualityRecords {
  judgements: JudgementRow[];
  /** The last verdict of each rater on each item. */
  ratings: RatingRow[];
  rechecked: RecheckedRow[];
  /** What was skipped because it is damaged, one sentence each. */
  warnings: string[];
}

/** Reads everything, even from a run that is being judged, or whose judging was killed. */
export async function readQuality(folder: string): Promise<QualityRecords> {
  const warnings: string[] = [];
  const rows = <Row>(place: number): Promise<Row[]> => rowsOf<Row>(folder, qualityTables[place]!, warnings);
  const judgements = await rows<JudgementRow>(0);
  const ratings = await rows<RatingRow>(1);
  const rechecked = await rows<RecheckedRow>(2);
  return { judgements, ratings: lastOfEach(ratings, ratingKey), rechecked, warnings };
}

async function rowsOf<Row>(
  folder: string,
  { file, columns, remedy }: (typeof qualityTables)[number],
  warnings: string[],
): Promise<Row[]> {
  const path = join(folder, file);
  if (!(await isThere(path))) return [];
  const state = new FileState();
  const rows = await Array.fromAsync(readCsv<Row>(path, columns, { state, isJournal: true }));
  warnings.push(...fileWarnings(state, file, `${remedy}.`));
  return rows;
}

/** Identifies a judgement: the same call to a judge, in any attempt and process. */
export function judgementKey({
  judge,
  criterion_hash,
  event_id,
  event_id_b = '',
  order = '',
}: Pick<JudgementRow, 'judge' | 'criterion_hash' | 'event_id' | 'event_id_b' | 'order'>): string {
  return [judge, criterion_hash, event_id, event_id_b, order].join('\n');
}

/** The valid row of each judgement: the readable one, or else the last one. In the order of the file. */
export function standingJudgements(rows: readonly JudgementRow[]): JudgementRow[] {
  const standing = new Map<string, JudgementRow>();
  for (const row of rows) {
    const key = judgementKey(row);
    if (standing.get(key)?.readable !== true) standing.set(key, row);
  }
  return [...standing.values()];
}

/** One rater's opinion of one item: a later one replaces it. A drawn item and a chosen one are separate. */
export const ratingKey = ({ rater, event_id, event_id_b, criterion_hash, sample }: RatingRow): string =>
  [rater, event_id, event_id_b ?? '', criterion_hash, sample].join('\n');

function lastOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
