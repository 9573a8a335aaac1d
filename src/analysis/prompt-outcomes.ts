import { defined } from '../base/defined.ts';
import { count } from '../base/text.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import { cellColumns, cellKey, type Names, namesOf } from '../plan/cell.ts';
import { median } from '../stats/quantile.ts';

/** One model's results on one prompt, over all repeats. */
export type PromptOutcome = Names & {
  readonly prompt_id: string;
  /** `failed`: an answer failed its checks. `error`: none did, but a request had no answer. */
  readonly outcome: 'passed' | 'failed' | 'error';
  /** Median E2E latency of its answers, in seconds. Absent without answers. */
  readonly seconds?: number;
  /** What went wrong, one reason each. Empty if nothing did. */
  readonly reasons: readonly string[];
};

const reads = [
  ...cellColumns,
  ...(['prompt_id', 'phase', 'repeat', 'level', 'visit', 'final', 'status', 'e2e_latency_ms'] as const),
  ...(['passed', 'failed_checks', 'check_why', 'http_status', 'error_code', 'error_message'] as const),
] as const satisfies readonly ColumnName[];

type Seen = Pick<RequestRow, (typeof reads)[number]>;

/** Reasons listed for a prompt. Beyond this, only their number. */
const most = 5;

/** Reads the rows of a run in any order. A request that was sent again counts by its last attempt. */
export class PromptOutcomes {
  readonly reads = reads;
  readonly #prompts = new Map<string, Map<string, Seen>>();

  add(row: Seen): void {
    if (row.phase !== 'measure' || !row.final) return;
    const key = `${cellKey(namesOf(row))}\0${row.prompt_id}`;
    const repeats = this.#prompts.get(key) ?? new Map<string, Seen>();
    this.#prompts.set(key, repeats.set([row.level, row.visit, row.repeat].join('/'), row));
  }

  /** By model and prompt. */
  list(): PromptOutcome[] {
    return [...this.#prompts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, repeats]) => outcomeOf([...repeats.values()].sort((a, b) => a.repeat - b.repeat)));
  }
}

function outcomeOf(rows: readonly Seen[]): PromptOutcome {
  const answers = rows.filter(({ status }) => status === 'ok');
  const failed = rows.filter(({ passed }) => passed === false);
  const times = answers.flatMap(({ e2e_latency_ms = NaN }) =>
    Number.isFinite(e2e_latency_ms) ? [e2e_latency_ms / 1000] : [],
  );
  const told = rows.flatMap((row) => reasonsOf(row).map((reason) => `repeat ${row.repeat}: ${reason}`));
  return {
    ...namesOf(rows[0]!),
    prompt_id: rows[0]!.prompt_id,
    outcome: failed.length > 0 ? 'failed' : answers.length < rows.length ? 'error' : 'passed',
    reasons:
      told.length === 0
        ? []
        : [
            [
              ...(failed.length > 0 ? [`${failed.length} of ${count(rows.length, 'answer')} failed`] : []),
              ...(answers.length < rows.length
                ? [`${rows.length - answers.length} of ${count(rows.length, 'request')} without an answer`]
                : []),
            ].join(', '),
            ...told.slice(0, most),
            ...(told.length > most ? [`and ${told.length - most} more`] : []),
          ],
    ...defined({ seconds: times.length > 0 ? median(times) : undefined }),
  };
}

function reasonsOf({ status, passed, failed_checks = [], check_why, ...row }: Seen): string[] {
  if (status !== 'ok') {
    const words = [status, row.http_status, row.error_code, row.error_message];
    return [words.filter((word) => word !== undefined && word !== '').join(' ')];
  }
  if (passed !== false) return [];
  return failed_checks.map((check, place) => [check, check_why?.[place]].filter(Boolean).join(': '));
}
