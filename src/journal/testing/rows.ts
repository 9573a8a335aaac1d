import fc from 'fast-check';
import type { AnyRow, Column } from '../../base/column.ts';
import { anyText } from '../../base/testing/any-text.ts';
import { answered } from '../../measure/metrics/testing/exchange.ts';
import { cell, planned, prompt } from '../../plan/testing/planned.ts';
import type { AnswerLine } from '../answers.ts';
import { readCsv } from '../read-csv.ts';
import { requestColumns, type RequestRow } from '../request-columns.ts';
import { type Measurement, toRow } from '../to-row.ts';

/** A plain answer after 100 ms, with the fields that matter to the test. */
export function measurement(rest: Partial<Measurement> = {}): Measurement {
  return {
    run: {
      id: '20261122T031700Z-abcdef',
      suite: 'smoke',
      suiteHash: 'c0ffee',
      askHash: 'beef',
      suiteTags: [],
    },
    planned: planned(cell('glm'), prompt('faq')),
    wireModel: 'glm-5.2',
    attempt: 1,
    final: true,
    scheduledAt: new Date('2026-11-22T03:17:00.100Z'),
    queueMs: 150,
    inFlight: 1,
    exchange: answered([[100, 'content', 5]]),
    answers: 'full',
    ...rest,
  };
}

/** A row and its answer, identified by its repeat. */
export function numbered(repeat: number): { row: RequestRow; line: AnswerLine } {
  const row = { ...toRow(measurement()), repeat, event_id: `event-${repeat}` };
  const { event_id, model, prompt_id, attempt } = row;
  const line = { event_id, model, prompt_id, repeat, attempt, answer: `answer ${repeat}\n`, reasoning: '' };
  return { row, line: { ...line, tool_calls: [], chunks: [[100, 'content', 5]] } };
}

/** Any value that a column may hold. */
function anyCell({ kind, required, decimals }: Column): fc.Arbitrary<AnyRow[string]> {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => {
    const written = decimals === undefined ? value : Number(value.toFixed(decimals));
    // A file has no negative zero.
    return written === 0 ? 0 : written;
  });
  const word = anyText({ minLength: 1 }).filter((text) => !text.includes(';'));
  const values: Record<Column['kind'], fc.Arbitrary<AnyRow[string]>> = {
    text: anyText({ minLength: required ? 0 : 1 }),
    number: fc.oneof(fc.integer(), number),
    boolean: fc.boolean(),
    time: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    list: fc.array(word, { minLength: 1, maxLength: 4 }),
    check: fc.constant(undefined),
  };
  return required ? values[kind] : fc.option(values[kind], { nil: undefined });
}

/** Any row of these columns with all required cells. */
export function anyRow(columns: readonly Column[]): fc.Arbitrary<AnyRow> {
  return fc.record(
    Object.fromEntries(
      columns.filter(({ kind }) => kind !== 'check').map((column) => [column.name, anyCell(column)]),
    ),
  );
}

export async function rowsOf<Row = RequestRow>(
  path: string,
  columns: readonly Column[] = requestColumns,
): Promise<Row[]> {
  return Array.fromAsync(readCsv<Row>(path, columns));
}
