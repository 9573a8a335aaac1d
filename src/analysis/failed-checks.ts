import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import { nothingToExtract } from '../check/check-verdict.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import { cellColumns, cellKey, cellName, type Names, namesOf, type Ways } from '../plan/cell.ts';

/** How often one model's answers failed one check, and the first failure. */
export type FailedCheck = Names & {
  /** Its type, with `not-` before a negated one. */
  check: string;
  /** Answers that failed it; one may fail several checks. */
  answers: number;
  /** Answers of the model that were checked. */
  checked: number;
  /** A transform of the suite found nothing, so it is unknown whether the answer was right. */
  undecided: number;
  /** The first prompt that failed it, in id order. */
  prompt_id: string;
  /** What was expected there and what came. Absent if the run stores nothing of its answers. */
  why?: string;
};

interface Open {
  kind: FailedCheck;
  /** For the answer that `why` describes. */
  repeat: number;
}

/** Limit on kinds of check kept. No hand-written suite reaches it. */
const mostKinds = 1000;

const reads = [
  ...cellColumns,
  ...(['prompt_id', 'phase', 'repeat', 'final'] as const),
  ...(['passed', 'failed_checks', 'check_why'] as const),
] as const satisfies readonly ColumnName[];

/** Row fields that are read. */
type Checked = Pick<RequestRow, (typeof reads)[number]>;

/** Sees the rows of a run in any order, and counts the checks that failed. */
export class FailedCheckCollector {
  readonly reads = reads;
  readonly #checked = new Map<string, number>();
  readonly #kinds = new Map<string, Open>();

  add(row: Checked): void {
    if (row.phase !== 'measure' || !row.final || row.passed === undefined) return;
    const cell = cellKey(namesOf(row));
    this.#checked.set(cell, (this.#checked.get(cell) ?? 0) + 1);
    row.failed_checks?.forEach((check, place) => this.#count(cell, check, row.check_why?.[place], row));
  }

  #count(cell: string, check: string, why: string | undefined, row: Checked): void {
    const key = `${cell}\0${check}`;
    const { prompt_id, repeat } = row;
    let open = this.#kinds.get(key);
    if (!open) {
      if (this.#kinds.size >= mostKinds) return;
      const none = { answers: 0, checked: 0, undecided: 0 };
      open = {
        kind: { ...namesOf(row), check, ...none, prompt_id, ...defined({ why }) },
        repeat,
      };
      this.#kinds.set(key, open);
    }
    const { kind } = open;
    kind.answers++;
    if (why?.startsWith(nothingToExtract) === true) kind.undecided++;
    if (prompt_id > kind.prompt_id || (prompt_id === kind.prompt_id && repeat >= open.repeat)) return;
    Object.assign(kind, { prompt_id, ...defined({ why }) });
    open.repeat = repeat;
  }

  /** By model and route, most frequent first. */
  list(): FailedCheck[] {
    return [...this.#kinds.values()]
      .map(({ kind }) => ({ ...kind, checked: this.#checked.get(cellKey(kind))! }))
      .sort(
        (a, b) =>
          compareText(cellKey(a), cellKey(b)) || b.answers - a.answers || compareText(a.check, b.check),
      );
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `glm: 8 of 60 answers failed contains; refund: "14 days" is not in "Soon."` */
export function failedCheckText(kind: FailedCheck, ways: Ways): string {
  const { check, answers, checked, prompt_id, why } = kind;
  const sample = why === undefined ? '' : `; ${prompt_id}: ${why}`;
  return `${cellName(kind, ways)}: ${answers} of ${count(checked, 'answer')} failed ${check}${sample}`;
}

/** Failures that may well not be the model's fault. */
export function undecidedWarnings(kinds: readonly FailedCheck[], ways: Ways): string[] {
  const most = new Map<string, FailedCheck>();
  for (const kind of kinds)
    if (kind.undecided > (most.get(cellKey(kind))?.undecided ?? 0)) most.set(cellKey(kind), kind);
  return [...most.values()].map(
    (kind) =>
      `${cellName(kind, ways)}: in ${kind.undecided} of ${count(kind.checked, 'answer')}, the suite's answer: found nothing to extract, so their checks count as failed. See check_why in requests.csv; the pattern may be wrong.`,
  );
}
