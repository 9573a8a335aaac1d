import type { Ms } from '../base/clock.ts';
import type { Answer, Verdict } from '../check/check.ts';
import type { Checker } from '../check/checker.ts';
import type { GivenVerdict, RequestRow } from '../journal/request-columns.ts';
import type { Sink } from '../journal/sink.ts';
import {
  answerToCheck,
  type CheckedRow,
  type ChecksOf,
  checksOf,
  isUnchecked,
  notChecked,
  type RowChecks,
  verdictCells,
} from '../journal/verdicts.ts';
import type { Prompt, Suite } from '../suite/suite.ts';

/** Maximum time for one check on one answer. */
export const checkDeadlineMs: Ms = 1000;

/** Maximum characters of answers that wait in memory to be checked. */
const waitingLimit = 16 * 2 ** 20;

/** Overhead of a waiting answer besides its text, in characters: there may be very many short ones. */
const besideText = 512;

interface Said {
  text: string;
  toolCalls: Answer['toolCalls'];
}

export interface CheckingOptions {
  suite: Suite;
  checker: Checker;
  /** Where the rows are, and where verdicts go. */
  sink: Pick<Sink, 'addVerdict' | 'rows' | 'answers'>;
  /** Aborted: waiting answers stay without a verdict. */
  kill: AbortSignal;
}

/**
 * Checks answers whose rows are in the journal. This is a separate step after the measurement, and takes no slot of a
 * request. After a kill, `owed` checks answers without a verdict from the run's stored answers.
 */
export class Checking {
  readonly #options: CheckingOptions;
  readonly #checks: ChecksOf;
  readonly #hasChecks: boolean;
  #waiting = 0;
  #passedOver = 0;
  #last: Promise<void> = Promise.resolve();
  /** All verdicts are written. */
  #written: Promise<unknown> = Promise.resolve();
  #fault: Error | undefined;

  constructor(options: CheckingOptions) {
    this.#options = options;
    this.#checks = checksOf(options.suite);
    this.#hasChecks = options.suite.prompts.some(
      ({ checks, before }) => checks.length > 0 || (before?.checks.length ?? 0) > 0,
    );
  }

  /** Call for each answer after its row is written. Returns at once. */
  add(row: RequestRow, said: Said): void {
    const checks = row.status === 'ok' ? this.#checks(row) : undefined;
    if (!checks) return;
    const size = said.text.length + besideText;
    const checked = checkedPart(row);
    // A stored answer can be found again. Any other has only this moment.
    const isStored = this.#options.suite.run.answers === 'full';
    if (isStored && this.#waiting + size > waitingLimit) {
      this.#passedOver++;
      return;
    }
    this.#waiting += size;
    this.#last = this.#last.then(async () => {
      await this.#check(checks, checked, said);
      this.#waiting -= size;
    });
  }

  /** Resolves when every added answer is checked, or given up. Rejects if a verdict cannot be written. */
  async drained(): Promise<void> {
    await this.#last;
    await this.#written;
    if (this.#fault) throw this.#fault;
  }

  /**
   * Checks answers without a verdict, as far as they are stored. `isResumed`: an earlier process may have left some.
   * Otherwise only answers that did not fit in memory are owed, and usually nothing has to be read again.
   */
  async owed(isResumed: boolean): Promise<void> {
    const { suite, kill, sink } = this.#options;
    if (!this.#hasChecks || suite.run.answers !== 'full') return;
    if (!isResumed && this.#passedOver === 0) return;
    const owed = new Map<string, CheckedRow>();
    for await (const row of sink.rows())
      if (isUnchecked(row, this.#checks)) owed.set(row.event_id, checkedPart(row));
    if (owed.size === 0) return;
    for await (const { event_id, answer, tool_calls } of sink.answers()) {
      const row = owed.get(event_id);
      if (row) await this.#check(this.#checks(row)!, row, { text: answer, toolCalls: tool_calls });
      if (kill.aborted) return;
    }
    await this.drained();
  }

  /** Keeps an error for `drained`. */
  async #check(checks: RowChecks, row: CheckedRow, said: Said): Promise<void> {
    const { kill } = this.#options;
    if (kill.aborted || this.#fault) return;
    try {
      // The next answer is checked meanwhile, and its verdict may share the next write.
      this.given(row, await verdictOn(row, said, checks, this.#options));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Call for an answer that was checked elsewhere, after its row is written. */
  given({ event_id }: Pick<RequestRow, 'event_id'>, verdict: GivenVerdict): void {
    const written = this.#options.sink.addVerdict({ event_id, ...verdict });
    this.#written = Promise.all([this.#written, written]).catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#fault ??= error instanceof Error ? error : new Error(String(error));
  }
}

/** The verdict of the checks on one answer, as cells of its row. */
export async function verdictOn(
  row: CheckedRow,
  said: Said,
  { prompt, byNow }: RowChecks,
  { suite, checker }: Pick<CheckingOptions, 'suite' | 'checker'>,
): Promise<GivenVerdict> {
  const verdictBy = (by: Prompt): Promise<Verdict> => checker.check(by, answerToCheck(row, said, by, suite));
  const verdict = prompt.checks.length > 0 ? await verdictBy(prompt) : undefined;
  const now = byNow && (await verdictBy(byNow));
  return {
    ...(verdict ? verdictCells(verdict, suite.run.answers) : notChecked),
    ...(now ? { passed_now: now.passed } : {}),
  };
}

function checkedPart(row: RequestRow): CheckedRow {
  const { event_id, model, prompt_id, variant, version } = row;
  const { finish_reason, completion_tokens, e2e_latency_ms } = row;
  return { event_id, model, prompt_id, variant, version, finish_reason, completion_tokens, e2e_latency_ms };
}
