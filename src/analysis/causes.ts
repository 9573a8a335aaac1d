import { labeler } from './cell-pairs.ts';
import { count, oneLine } from '../base/text.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import type { CellSamples, Collected } from './collect.ts';
import { failuresOf, successFloor, successShare } from './success.ts';

/** One way in which a model's requests failed. */
export interface Cause {
  /** The first wording from the server or the network. Ids and numbers may differ between requests. */
  readonly text: string;
  readonly requests: number;
}

const mostTexts = 3;
const longestText = 200;

/** Columns that describe a failure. */
export const failureReads = [
  'status',
  'http_status',
  'error_family',
  'error_code',
  'error_message',
] as const satisfies readonly ColumnName[];

/** Describes a failed row for people: `provider http_503: "server busy"`. */
export function failureText({
  status,
  http_status,
  error_family,
  error_code,
  error_message,
}: Pick<RequestRow, (typeof failureReads)[number]>): string {
  const name = [error_family, error_code ?? status].filter((part) => part !== undefined).join(' ');
  const http =
    http_status === undefined || name.includes(String(http_status)) ? '' : ` (HTTP ${http_status})`;
  const message = oneLine(error_message ?? '', longestText);
  return `${name}${http}${message === '' ? '' : `: "${message}"`}`;
}

/** Texts that differ only in ids, times and counts count as one. Most frequent first. */
export function causesOf(texts: Iterable<string>): Cause[] {
  const kinds = new Map<string, { text: string; requests: number }>();
  for (const text of texts) {
    const kind = text.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#');
    const known = kinds.get(kind);
    if (known) known.requests++;
    else kinds.set(kind, { text, requests: 1 });
  }
  return [...kinds.values()].sort((a, b) => b.requests - a.requests || (a.text < b.text ? -1 : 1));
}

/** Whether every request of the run failed. Then its numbers say nothing about clock or sample. */
export function nothingSucceeded({ cells }: Collected): boolean {
  const counts = cells.map(failuresOf);
  return counts.length > 0 && counts.every(({ requests, failures }) => requests === failures);
}

/**
 * Why a run stopped, one line for each text. For every model below the success floor: its one to three most frequent
 * errors, with their counts. Empty if every model answered often enough.
 */
export function causeLines(collected: Collected): string[] {
  const name = labeler(collected);
  return collected.cells
    .filter((cell) => successShare(cell) < successFloor)
    .flatMap((cell) => linesOf(cell, name(cell)));
}

function linesOf(cell: CellSamples, name: string): string[] {
  const { requests } = failuresOf(cell);
  const shown = cell.causes.slice(0, mostTexts);
  const rest = cell.causes.slice(mostTexts).reduce((sum, cause) => sum + cause.requests, 0);
  return [
    ...shown.map(
      (cause) => `${name}: ${cause.requests} of ${count(requests, 'request')} failed, ${cause.text}`,
    ),
    ...(rest > 0
      ? [`${name}: ${count(rest, 'request')} failed in other ways; see error_message in requests.csv`]
      : []),
  ];
}
