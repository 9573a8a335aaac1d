import { answerLine } from '../journal/answers.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import type { Sink } from '../journal/sink.ts';
import { toRow } from '../journal/to-row.ts';
import { goodAtOnce } from '../analysis/visits.ts';
import { designOf } from '../plan/load-plan.ts';
import type { Cell } from '../plan/cell.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Ended } from '../send/performer.ts';
import { sendAll, type SendAllOptions, type SendAllOutcome } from '../send/send-all.ts';
import type { Suite } from '../suite/suite.ts';
import type { Checking } from './checking.ts';

/** Events of a run for its observers. */
export interface RunListener {
  started(planned: PlannedRequest): void;
  ended(planned: PlannedRequest, row: RequestRow): void;
  switchedOff?(cell: Cell): void;
  note(text: string): void;
}

type Sending = Pick<
  SendAllOptions,
  'cells' | 'blocks' | 'seed' | 'asker' | 'targetOf' | 'budget' | 'clock' | 'stop' | 'kill'
>;

export interface RunOptions
  extends Sending, Partial<Pick<SendAllOptions, 'earlierAttempts' | 'hasAnswered'>> {
  runId: string;
  suite: Suite;
  suiteHash: string;
  askHash: string;
  /** Labels of the run, as `key=value`. */
  labels?: readonly string[] | undefined;
  journal: Pick<Sink, 'append'>;
  /** Called for each answer after its row is written. */
  checking: Checking;
  /** Called when a visit is recorded and checked. */
  visitEnded?: () => void;
  listener: RunListener;
}

export type RunOutcome = SendAllOutcome;

/** Asks everything in the blocks. Rejects only if the journal cannot be written. */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const { suite, listener, checking } = options;
  const outcome = await sendAll({
    ...options,
    retry: suite.run.retry,
    record: recorder(options),
    earlierAttempts: options.earlierAttempts ?? (() => 0),
    hasAnswered: options.hasAnswered ?? (() => false),
    started: (planned) => listener.started(planned),
    onSwitchOff: (cell) => listener.switchedOff?.(cell),
    note: (text) => listener.note(text),
    goOn: 'run --resume',
    settled: async () => {
      await checking.drained();
      options.visitEnded?.();
    },
  });
  await checking.drained();
  return outcome;
}

/** Writes the row first. Only then is its answer checked and the event reported. */
function recorder(options: RunOptions): (ended: Ended) => Promise<void> {
  const { runId, suite, suiteHash, askHash, labels, journal, checking, listener } = options;
  const run = { id: runId, suite: suite.name, suiteHash, askHash, suiteTags: suite.tags, labels };
  const slo = designOf(suite)?.slo;
  return async (ended) => {
    const { planned, exchange } = ended;
    const row = toRow({ run, answers: suite.run.answers, ...ended });
    row.good = goodAtOnce(row, slo);
    const { model, prompt_id, repeat, attempt } = row;
    await journal.append(row, answerLine(exchange, { model, prompt_id, repeat, attempt }, suite.run.answers));
    // If the text is withheld, the worker that had it has checked it.
    if (!exchange.withheld) checking.add(row, { text: exchange.answer, toolCalls: exchange.toolCalls });
    else if (ended.worker?.verdict) checking.given(row, ended.worker.verdict);
    listener.ended(planned, row);
  };
}
