import type { RowCollector } from '../../../analysis/analyse.ts';
import { failureReads, failureText } from '../../../analysis/causes.ts';
import type { Ms } from '../../../base/clock.ts';
import type { ColumnName, RequestRow } from '../../../journal/request-columns.ts';
import { cellColumns, cellName, type Ways } from '../../../plan/cell.ts';

/** Repeats of one model on one prompt that are shown. */
export const mostRepeats = 20;

/** One answer, or why there is none. */
export interface GridAnswer {
  eventId: string;
  repeat: number;
  /** Undefined if no check examined it. */
  passed: boolean | undefined;
  /** Failed checks, each with its reason if the run recorded it. */
  failed: readonly string[];
  /** The failure, if there is no answer. */
  failure: string | undefined;
  e2eMs: Ms | undefined;
  completionTokens: number | undefined;
  /** Equal for equal texts. */
  sha: string | undefined;
  /** Its beginning, from the row. */
  preview: string | undefined;
  /** Length of the whole answer in characters. */
  chars: number;
}

/** Results of one model on one prompt. */
export interface GridCell {
  /** Finished requests, and failed ones among them. */
  asked: number;
  failures: number;
  checked: number;
  passed: number;
  /** By repeat. Only the first ones if there are many. */
  answers: readonly GridAnswer[];
}

interface OpenCell extends GridCell {
  answers: GridAnswer[];
}

const reads = [
  ...cellColumns,
  ...(['phase', 'final', 'prompt_id', 'repeat', 'event_id', 'passed'] as const),
  ...(['failed_checks', 'check_why', 'e2e_latency_ms', 'completion_tokens', 'answer_sha256'] as const),
  ...(['answer_preview', 'answer_chars'] as const),
  ...failureReads,
] as const satisfies readonly ColumnName[];
export type GridRow = Pick<RequestRow, (typeof reads)[number]>;

/** Collects prompts × models from the measured rows of a run, with the last attempt of each request. */
export class GridScan implements RowCollector {
  readonly reads = reads;
  readonly #ways: Ways;
  readonly #prompts = new Map<string, Map<string, OpenCell>>();

  constructor(ways: Ways = {}) {
    this.#ways = ways;
  }

  add(row: GridRow): void {
    if (row.phase !== 'measure' || !row.final || row.status === 'cancelled') return;
    const cells = this.#prompts.get(row.prompt_id) ?? new Map<string, OpenCell>();
    this.#prompts.set(row.prompt_id, cells);
    const name = cellName(row, this.#ways);
    const cell = cells.get(name) ?? { asked: 0, failures: 0, checked: 0, passed: 0, answers: [] };
    cells.set(name, cell);
    cell.asked++;
    if (row.status !== 'ok') cell.failures++;
    if (row.passed !== undefined) cell.checked++;
    if (row.passed === true) cell.passed++;
    keep(cell.answers, row);
  }

  /** Cells by the model's name. Empty for a prompt without rows. */
  cellsOf(promptId: string): ReadonlyMap<string, GridCell> {
    return this.#prompts.get(promptId) ?? new Map();
  }
}

/** The first ones by repeat, in whatever order they come. A retry replaces the earlier one. */
function keep(answers: GridAnswer[], row: GridRow): void {
  const place = answers.findLastIndex(({ repeat }) => repeat <= row.repeat);
  const isAgain = answers[place]?.repeat === row.repeat;
  if (!isAgain && place + 1 >= mostRepeats) return;
  answers.splice(isAgain ? place : place + 1, isAgain ? 1 : 0, answerOf(row));
  answers.length = Math.min(answers.length, mostRepeats);
}

function answerOf(row: GridRow): GridAnswer {
  return {
    eventId: row.event_id,
    repeat: row.repeat,
    passed: row.passed,
    failed: (row.failed_checks ?? []).map((check, index) =>
      [check, row.check_why?.[index]].filter((part) => part !== undefined && part !== '').join(': '),
    ),
    failure: row.status === 'ok' ? undefined : failureText(row),
    e2eMs: row.e2e_latency_ms,
    completionTokens: row.completion_tokens,
    sha: row.answer_sha256,
    preview: row.answer_preview,
    chars: row.answer_chars ?? 0,
  };
}

/** Whether models differ: by what passed or, if nothing was checked, by their first texts. */
export function differs(cells: readonly (GridCell | undefined)[]): boolean {
  const there = cells.filter((cell) => cell !== undefined);
  const outcome = ({ passed, checked, failures, asked }: GridCell): string =>
    checked > 0 ? String(passed / checked) : failures === asked ? 'failed' : '';
  const marks = new Set(there.map(outcome));
  if (marks.size > 1) return true;
  return marks.has('') && new Set(there.map(({ answers }) => answers[0]?.sha)).size > 1;
}

/** Whether something went wrong: no answer, or one that did not pass. */
export const someFailed = (cells: readonly (GridCell | undefined)[]): boolean =>
  cells.some((cell) => cell !== undefined && (cell.failures > 0 || cell.passed < cell.checked));
