import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { seededRandom } from '../base/random.ts';
import { transformed } from '../check/transforms.ts';
import type { Answered, Exchange } from '../measure/exchange.ts';
import { judgementKey, type JudgementText } from '../journal/quality-journals.ts';
import type { JudgementRow } from '../journal/quality-columns.ts';
import { toRow } from '../journal/to-row.ts';
import { type Cell, sharedNames } from '../plan/cell.ts';
import type { Block, PlannedRequest } from '../plan/plan.ts';
import { LocalAsker } from '../send/asker.ts';
import { BudgetGuard } from '../send/budget.ts';
import type { Ended } from '../send/performer.ts';
import { sendAll, type SendAllOutcome } from '../send/send-all.ts';
import type { Budget, Judge, Model, Suite } from '../suite/suite.ts';
import type { Target } from '../target/targets.ts';
import type { Gateway } from '../wire/client.ts';
import {
  fenceWord,
  judgeMessages,
  judgeParams,
  kinship,
  offeredWords,
  preview,
  protocol,
  readVerdict,
  type Reading,
} from './protocol.ts';
import { itemCells, type Task } from './tasks.ts';

/** How often the judge is called for a readable answer: the first time, and once more. */
const mostUnreadable = 2;

/** Events while answers are judged. */
export type JudgingEvent =
  { kind: 'started'; judge: string } | { kind: 'ended'; row: JudgementRow } | { kind: 'note'; text: string };

export interface JudgingOptions {
  runId: string;
  suite: Pick<Suite, 'name' | 'gateway' | 'run'>;
  models: readonly Model[];
  seed: number;
  judges: readonly Judge[];
  /** Where to ask each judge. */
  targetOf: (judge: string) => Target;
  /** In the order of asking. Those in one block are asked together. */
  blocks: Iterable<readonly Task[]>;
  /** Earlier judgements, from this process or another. */
  earlier: readonly JudgementRow[];
  budget: Budget;
  gateway: Gateway;
  /** Resolves when the judgement is on disk. */
  append: (row: JudgementRow, text: JudgementText) => Promise<void>;
  clock: Clock;
  stop: AbortSignal;
  kill: AbortSignal;
  onEvent: (event: JudgingEvent) => void;
}

/** A planned call to a judge: its cell is the judge on its route. */
interface PlannedJudgement extends PlannedRequest {
  task: Task;
}

/** Asks the judges for everything that is not answered yet. Rejects only if a judgement cannot be written. */
export async function judge(options: JudgingOptions): Promise<SendAllOutcome> {
  const { suite, seed, judges, targetOf, onEvent, runId } = options;
  const log = new Standing(options.earlier);
  const cells = judges.map(({ id }): Cell => ({ model: targetOf(id).model, route: targetOf(id).route }));
  const cellOf = new Map(judges.map(({ id }, index) => [id, cells[index]!]));
  const budget = new BudgetGuard(options.budget, options.clock);
  budget.carryOver(spentBy(options.earlier, judges));
  const taskOf = (planned: PlannedRequest): Task => (planned as PlannedJudgement).task;
  const concurrency = judges.reduce((sum, one) => sum + one.concurrency, 0);
  return await sendAll({
    ...options,
    suite: { run: { ...suite.run, concurrency } },
    cells,
    blocks: plannedBlocks(options, log, (id) => cellOf.get(id)!),
    retry: suite.run.retry,
    budget,
    targetOf: (cell) => targetOf(cell.model.id),
    asker: new LocalAsker({
      ...options,
      targetOf: (cell) => targetOf(cell.model.id),
      // Not the run's own id, so the gateway's log of the run holds only the requests of the run itself.
      factsOf: () => ({
        runId: `${runId}/score`,
        suite: suite.name,
        eventId: randomUUID(),
        settings: suite.gateway,
      }),
    }),
    isUseless: (planned, exchange) =>
      exchange.outcome === 'ok' &&
      readingOf(taskOf(planned), exchange).word === undefined &&
      log.unreadable(planned.key) + 1 < mostUnreadable,
    record: async (ended) => {
      const row = judgementRow(options, taskOf(ended.planned), ended);
      const { eventId, answer, reasoning } = ended.exchange;
      await options.append(row, { judgement_id: eventId, answer, reasoning });
      log.add(row);
      onEvent({ kind: 'ended', row });
    },
    earlierAttempts: ({ key }) => log.attempts(key),
    hasAnswered: (cell) => log.hasAnswered(cell.model.id),
    started: ({ cell }) => onEvent({ kind: 'started', judge: cell.model.id }),
    note: (text) => onEvent({ kind: 'note', text }),
    seed,
    goOn: 'gatebench score',
  });
}

/** State of each judgement so far. */
export class Standing {
  readonly #attempts = new Map<string, number>();
  readonly #unreadable = new Map<string, number>();
  readonly #read = new Set<string>();
  readonly #answered = new Set<string>();

  constructor(rows: readonly JudgementRow[]) {
    for (const row of rows) this.add(row);
  }

  add(row: JudgementRow): void {
    const key = judgementKey(row);
    this.#attempts.set(key, this.attempts(key) + 1);
    if (row.status === 'ok') this.#answered.add(row.judge);
    if (row.readable === true) this.#read.add(key);
    if (row.readable === false) this.#unreadable.set(key, this.unreadable(key) + 1);
  }

  attempts(key: string): number {
    return this.#attempts.get(key) ?? 0;
  }

  unreadable(key: string): number {
    return this.#unreadable.get(key) ?? 0;
  }

  hasAnswered(judge: string): boolean {
    return this.#answered.has(judge);
  }

  /** It is not asked again: it is readable, or was unreadable twice. A failed call does not count. */
  stands(key: string): boolean {
    return this.#read.has(key) || this.unreadable(key) >= mostUnreadable;
  }
}

/** Lazy: the messages of many judgements would not fit into memory. */
function* plannedBlocks(
  { blocks, seed }: Pick<JudgingOptions, 'blocks' | 'seed'>,
  log: Standing,
  cellOf: (judge: string) => Cell,
): Generator<Block> {
  let block = 0;
  for (const tasks of blocks) {
    block++;
    const owed = tasks.filter(({ key }) => !log.stands(key));
    const planned = owed.map((task, index): PlannedJudgement => ({
      task,
      key: task.key,
      phase: 'measure',
      repeat: task.a.row.repeat,
      block,
      position: index + 1,
      cell: cellOf(task.judge.id),
      prompt: promptOf(task, seed),
    }));
    if (planned.length > 0) yield planned;
  }
}

export function promptOf(task: Task, seed: number): PlannedRequest['prompt'] {
  const { criterion, asked, prompt, a, b, order, judge: asking } = task;
  const answers = b ? (order === 'ba' ? ([b, a] as const) : ([a, b] as const)) : ([a] as const);
  const fence = fenceWord(seededRandom(`${seed}/fence/${task.key}`));
  return {
    id: prompt.id,
    tags: [],
    messages: judgeMessages(
      { criterion, asked, conversation: prompt.messages, answers },
      fence,
      asking.reply,
    ),
    params: judgeParams(criterion, asking.reply),
    checks: [],
  };
}

function readingOf({ criterion, judge: { reply } }: Task, { answer }: Exchange): Reading {
  // Its reasoning is not its answer.
  return readVerdict(transformed(answer, ['strip-think']), offeredWords(criterion), reply);
}

function judgementRow({ runId, models, suite }: JudgingOptions, task: Task, ended: Ended): JudgementRow {
  const { a, b, judge: asked, order } = task;
  const run = { id: runId, suite: suite.name, suiteHash: '', askHash: '', suiteTags: [] };
  const call = toRow({ ...ended, run, answers: 'full' });
  const kin = [a, ...(b ? [b] : [])].map(({ row }) =>
    kinship(asked, models.find(({ id }) => id === row.model) ?? { model: row.model }),
  );
  return {
    run_id: runId,
    judged_at: ended.exchange.startedAt.toISOString(),
    judgement_id: ended.exchange.eventId,
    ...itemCells(task),
    judge: asked.id,
    judge_model_id: ended.wireModel,
    route: ended.planned.cell.route,
    protocol,
    order,
    attempt: ended.attempt,
    final: ended.final,
    status: call.status,
    http_status: call.http_status,
    error_family: call.error_family,
    error_code: call.error_code,
    error_message: call.error_message,
    finish_reason: call.finish_reason,
    ...verdictCells(task, ended.exchange),
    queue_ms: call.queue_ms,
    ttft_ms: call.ttft_ms,
    e2e_latency_ms: call.e2e_latency_ms,
    prompt_tokens: call.prompt_tokens,
    cached_tokens: call.cached_tokens,
    completion_tokens: call.completion_tokens,
    reasoning_tokens: call.reasoning_tokens,
    total_tokens: call.total_tokens,
    cost_usd: call.cost_usd,
    self_judged: kin.some(({ selfJudged }) => selfJudged),
    same_family: kin.some(({ sameFamily }) => sameFamily),
    gateway_log_id: call.gateway_log_id,
    cache_status: call.cache_status,
    echoed_model: call.echoed_model,
    ...sharedNames(a.row, (b ?? a).row),
  };
}

type VerdictCells = Pick<JudgementRow, 'verdict' | 'score' | 'preferred' | 'readable' | 'reason_preview'>;

const noVerdict: VerdictCells = {
  verdict: undefined,
  score: undefined,
  preferred: undefined,
  readable: undefined,
  reason_preview: undefined,
};

/** Undefined for a failed call. For an unreadable answer: that it was unreadable. */
function verdictCells(task: Task, exchange: Exchange): VerdictCells {
  if (!isAnswered(exchange)) return noVerdict;
  const { word, reason } = readingOf(task, exchange);
  const cells = { ...noVerdict, readable: word !== undefined, reason_preview: preview(reason) };
  if (word === undefined) return cells;
  if (task.order === undefined) return { ...cells, verdict: word, score: task.criterion.verdicts[word] };
  return { ...cells, preferred: preferredOf(word, task.order) };
}

const isAnswered = (exchange: Exchange): exchange is Answered => exchange.outcome === 'ok';

function preferredOf(word: string, order: 'ab' | 'ba'): string {
  if (word === 'tie') return word;
  return order[word === 'first' ? 0 : 1]!;
}

/** Assumed length if a judge's server did not report one and nothing limits it. */
const unboundedAnswer = 8192;

/** Cost of judging so far. Unreported usage counts as an answer of full length. It is never free. */
export function spentBy(
  rows: readonly JudgementRow[],
  judges: readonly Judge[],
): { requests: number; tokens: number; usd: number } {
  const spent = { requests: 0, tokens: 0, usd: 0 };
  for (const row of rows) {
    const left = row.http_status !== undefined;
    spent.requests += left ? 1 : 0;
    if (row.http_status !== 200) continue;
    const known = judges.find(({ id }) => id === row.judge);
    const limit = known?.params['max_tokens'];
    const assumed = typeof limit === 'number' ? limit : unboundedAnswer;
    spent.tokens += (row.prompt_tokens ?? 0) + (row.completion_tokens ?? assumed);
    spent.usd += row.cost_usd ?? ((known?.price?.output ?? 0) * assumed) / 1e6;
  }
  return spent;
}
