import type { Asked } from '../send/asker.ts';
import { type Checker, createChecker } from '../check/checker.ts';
import type { GivenVerdict } from '../journal/request-columns.ts';
import { toRow } from '../journal/to-row.ts';
import { type ChecksOf, checksOf } from '../journal/verdicts.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import { checkDeadlineMs, verdictOn } from '../run/checking.ts';
import type { Suite } from '../suite/suite.ts';

export interface WorkerChecksOptions {
  suite: Suite;
  /** For people, a line each. */
  say: (text: string) => void;
}

/** Checks answers on the worker because their text may not leave it (`answers: none`). */
export class WorkerChecks {
  readonly #options: WorkerChecksOptions;
  readonly #checks: ChecksOf;
  readonly #checker: Checker = createChecker({ deadlineMs: checkDeadlineMs });
  #hasFailed = false;

  constructor(options: WorkerChecksOptions) {
    this.#options = options;
    this.#checks = checksOf(options.suite);
  }

  /** Undefined if the prompt has no checks, or if checking failed. Never rejects. */
  async of(
    planned: PlannedRequest,
    { exchange, queueMs, inFlight }: Asked,
  ): Promise<GivenVerdict | undefined> {
    const { suite, say } = this.#options;
    const row = toRow({
      run: { id: '', suite: suite.name, suiteHash: '', askHash: '', suiteTags: [] },
      ...{ planned, exchange, queueMs, inFlight },
      ...{ wireModel: '', attempt: 1, final: true, scheduledAt: exchange.startedAt, answers: 'none' },
    });
    const checks = row.status === 'ok' ? this.#checks(row) : undefined;
    if (!checks) return undefined;
    const said = { text: exchange.answer, toolCalls: exchange.toolCalls };
    try {
      return await verdictOn(row, said, checks, { suite, checker: this.#checker });
    } catch (error) {
      if (!this.#hasFailed) say(`answers are not checked: ${(error as Error).message}`);
      this.#hasFailed = true;
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#checker.close();
  }
}
