import {
  cellColumns,
  cellKey,
  cellName,
  type CellNames,
  type Names,
  namesOf,
  severalIn,
  type Ways,
} from '../../plan/cell.ts';
import type { Ms } from '../../base/clock.ts';
import type { ColumnName, RequestRow } from '../../journal/request-columns.ts';
import { median } from '../../stats/quantile.ts';
import type { InfluenceWarning } from './influence-warnings.ts';
import { fewCounted } from './prompt-counts.ts';
import { fasterRepeats, type PromptCache, type Sends } from './prompt-cache.ts';
import { queueLadder, type Step } from './queue-ladder.ts';
import { type WorkerAnswer, workerShare } from './worker-share.ts';
import { sharedCache, type BlockAnswer } from './shared-cache.ts';

/** If a cache holds a smaller share of the prompts, it does not matter. */
const leastCached = 0.1;
/** A significant wait in the server's queue: a tenth of its time, and at least this. */
const leastQueueShare = 0.1;
const leastQueueMs: Ms = 20;
/** Share of the answers that must have waited. */
const leastWaiting = 0.05;
/** Number of rows of one route that are searched for a ladder. */
const mostSteps = 20_000;

type OpenCell = Names & {
  /** Tokens of the answers that reported both. */
  cached: { tokens: number; of: number };
  sends: Map<string, Sends & { at: string }>;
  /** When a prompt was first sent by a request whose times do not count. Its server has known the prompt since then. */
  spoilt: Map<string, string>;
  queued: { queueMs: Ms[]; ofMs: Ms[]; answers: number };
};

interface OpenStep extends Step {
  prompt: string;
  /** When it was sent and when it ended, on the wall clock. NaN if a row does not say. */
  at: number;
  end: number;
}

const reads = [
  ...cellColumns,
  ...(['prompt_id', 'phase', 'block', 'final', 'status', 'valid'] as const),
  ...(['started_at', 'ended_at', 'in_flight', 'ttft_ms', 'prompt_tokens', 'cached_tokens'] as const),
  ...(['prompt_eval_ms', 'server_queue_ms', 'server_total_ms', 'worker', 'e2e_latency_ms'] as const),
] as const satisfies readonly ColumnName[];
type Row = Pick<RequestRow, (typeof reads)[number]>;

/** Reads the rows of a run, in any order, and looks for influences on its figures other than the models. */
export class InfluenceCollector {
  readonly reads = reads;
  readonly #ways: Ways;
  readonly #cells = new Map<string, OpenCell>();
  /** By route. */
  readonly #steps = new Map<string, OpenStep[]>();
  /** By model, then block. Only if there are several routes. */
  readonly #blocks = new Map<string, Map<number, BlockAnswer[]>>();
  /** By prompt, then cell. */
  readonly #counts = new Map<string, Map<string, number>>();

  /** Empty without workers. */
  readonly #asked: WorkerAnswer[] = [];

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  add(row: Row): void {
    if (row.status !== 'ok') return;
    const cell = this.#cellOf(row);
    this.#addSend(cell, row);
    if (row.phase !== 'measure' || !row.final) return;
    this.#addCounts(cell, row);
    this.#addQueue(cell, row);
    if (row.valid !== true || !(row.ttft_ms! > 0)) return;
    this.#addStep(row);
    this.#addWorker(row);
    if (severalIn(this.#ways).includes('route')) this.#addToBlock(row);
  }

  /** By model, then route: every cell with known cache data. */
  promptCaches(): PromptCache[] {
    return this.#sorted().flatMap((cell) => {
      const { cached, sends, spoilt } = cell;
      const share = cached.of > 0 ? cached.tokens / cached.of : undefined;
      const repeats = fasterRepeats(
        [...sends].filter(([prompt, { at }]) => !(spoilt.get(prompt)! < at)).map(([, each]) => each),
      );
      if (share === undefined && !repeats) return [];
      return [{ ...namesOf(cell), ...(share === undefined ? {} : { cached_share: share }), ...repeats }];
    });
  }

  warnings(): InfluenceWarning[] {
    const worker = workerShare(this.#asked);
    return [
      ...(worker ? [{ kind: 'worker-differs' as const, ...worker }] : []),
      ...this.#ladders(),
      ...this.#sorted().flatMap((cell) => this.#queueWarning(cell)),
      ...this.promptCaches().flatMap((cache) => this.#cacheWarning(cache)),
      ...this.#sharedCaches(),
      ...fewCounted(this.#counts).map(({ cell, ...rest }) => ({
        kind: 'few-prompt-tokens' as const,
        model: this.#nameOf(this.#cells.get(cell)!),
        ...rest,
      })),
    ];
  }

  #cellOf(row: Row): OpenCell {
    const names = namesOf(row);
    const key = cellKey(names);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = {
        ...names,
        cached: { tokens: 0, of: 0 },
        sends: new Map(),
        spoilt: new Map(),
        queued: { queueMs: [], ofMs: [], answers: 0 },
      };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  #sorted(): OpenCell[] {
    return [...this.#cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
  }

  #nameOf(cell: CellNames): string {
    return cellName(cell, this.#ways);
  }

  /** Warm-up counts: it makes the first measured request a repeat. Loading a model reads no prompt. */
  #addSend({ sends, spoilt }: OpenCell, row: Row): void {
    const { prompt_id, started_at: at, ttft_ms: ttftMs, prompt_eval_ms: promptEvalMs } = row;
    if (at === undefined) return;
    if (row.valid !== true || ttftMs === undefined || !(ttftMs > 0)) {
      if (!(spoilt.get(prompt_id)! <= at)) spoilt.set(prompt_id, at);
      return;
    }
    const send = { ttftMs, ...(promptEvalMs === undefined ? {} : { promptEvalMs }) };
    const known = sends.get(prompt_id);
    if (known === undefined) {
      const later = { count: 0, logSum: 0, slowest: 0, promptEvals: 0, promptEvalSum: 0 };
      sends.set(prompt_id, { at, first: send, later, promptTokens: row.prompt_tokens ?? 0 });
      return;
    }
    const isFirst = at < known.at;
    const late = isFirst ? known.first : send;
    if (isFirst) Object.assign(known, { at, first: send });
    known.later.count++;
    known.later.logSum += Math.log(late.ttftMs);
    known.later.slowest = Math.max(known.later.slowest, late.ttftMs);
    if (late.promptEvalMs === undefined) return;
    known.later.promptEvals++;
    known.later.promptEvalSum += late.promptEvalMs;
  }

  #addCounts({ cached }: OpenCell, row: Row): void {
    const { prompt_tokens: tokens, cached_tokens: fromCache, prompt_id, variant } = row;
    if (tokens === undefined) return;
    if (fromCache !== undefined && fromCache <= tokens) {
      cached.tokens += fromCache;
      cached.of += tokens;
    }
    // Each variant is a separate text.
    const prompt = variant === undefined ? prompt_id : `${prompt_id} (${variant})`;
    const counts = this.#counts.get(prompt) ?? new Map<string, number>();
    this.#counts.set(prompt, counts.set(cellKey(row), tokens));
  }

  #addQueue({ queued }: OpenCell, row: Row): void {
    const { server_queue_ms: queueMs, server_total_ms: ofMs } = row;
    if (queueMs === undefined || ofMs === undefined) return;
    queued.answers++;
    if (queueMs < leastQueueMs || queueMs < leastQueueShare * ofMs) return;
    queued.queueMs.push(queueMs);
    queued.ofMs.push(ofMs);
  }

  #addStep(row: Row): void {
    const { model, route, vantage, prompt_id: prompt, in_flight: inFlight, ttft_ms: ttftMs } = row;
    // A distant place is slower at any concurrency.
    const kind = vantage === undefined ? model : `${model}\n${vantage}`;
    if (inFlight === undefined || ttftMs === undefined) return;
    const steps = this.#steps.get(route) ?? [];
    this.#steps.set(route, steps);
    const [at, end] = [Date.parse(row.started_at ?? ''), Date.parse(row.ended_at ?? '')];
    if (steps.length < mostSteps) steps.push({ inFlight, ttftMs, kind, prompt, at, end });
  }

  #addWorker(row: Row): void {
    const { worker, vantage, prompt_id: prompt, e2e_latency_ms: ms } = row;
    if (worker === undefined || !(ms! > 0) || this.#asked.length >= mostSteps) return;
    this.#asked.push({ worker, vantage, cell: cellKey(row), prompt, log: Math.log(ms!) });
  }

  #addToBlock({ model, route, block, started_at, ttft_ms: ttftMs, cached_tokens, prompt_tokens }: Row): void {
    if (started_at === undefined || ttftMs === undefined) return;
    const blocks = this.#blocks.get(model) ?? new Map<number, BlockAnswer[]>();
    this.#blocks.set(model, blocks);
    const share = cached_tokens === undefined || !prompt_tokens ? undefined : cached_tokens / prompt_tokens;
    const answer = { route, at: Date.parse(started_at), ttftMs };
    blocks.set(block, [
      ...(blocks.get(block) ?? []),
      share === undefined ? answer : { ...answer, cachedShare: share },
    ]);
  }

  /** If the server reported its queue itself, nothing is guessed from a ladder. */
  #ladders(): InfluenceWarning[] {
    const telling = new Set(
      [...this.#cells.values()].filter(({ queued }) => queued.answers > 0).map(({ route }) => route),
    );
    return [...this.#steps]
      .filter(([route]) => !telling.has(route))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([route, steps]) => {
        const sent = onServer(steps);
        // A repeated prompt is compared with itself. Otherwise prompts come in random order.
        const ladder =
          queueLadder(sent.map((step) => ({ ...step, kind: `${step.kind}\n${step.prompt}` }))) ??
          queueLadder(sent);
        return ladder ? [{ kind: 'queue-ladder' as const, route, ...ladder }] : [];
      });
  }

  #queueWarning(cell: OpenCell): InfluenceWarning[] {
    const { queueMs, ofMs, answers: of } = cell.queued;
    if (queueMs.length === 0 || queueMs.length < leastWaiting * of) return [];
    const model = this.#nameOf(cell);
    return [
      {
        ...{ kind: 'server-queue', model, answers: queueMs.length, of },
        ...{ queueMs: median(queueMs), ofMs: median(ofMs) },
      },
    ];
  }

  #cacheWarning(cache: PromptCache): InfluenceWarning[] {
    const { cached_share: share = 0, first_ttft_ms: firstMs, later_ttft_ms: laterMs } = cache;
    if (share < leastCached && firstMs === undefined) return [];
    return [
      {
        ...{ kind: 'prompt-cache', model: this.#nameOf(cache) },
        ...(share < leastCached ? {} : { share }),
        ...(firstMs === undefined || laterMs === undefined ? {} : { firstMs, laterMs }),
      },
    ];
  }

  #sharedCaches(): InfluenceWarning[] {
    return [...this.#blocks]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([model, blocks]) => {
        const shared = sharedCache(blocks.values());
        return shared ? [{ kind: 'shared-cache' as const, model, ...shared }] : [];
      });
  }
}

/**
 * `in_flight` also counts requests on their way to the socket: in a burst, all of them. A server sees only what it has
 * been sent and has not answered.
 */
function onServer(steps: readonly OpenStep[]): OpenStep[] {
  if (steps.some(({ at, end }) => Number.isNaN(at) || Number.isNaN(end))) return [...steps];
  let ends: number[] = [];
  return steps
    .toSorted((a, b) => a.at - b.at)
    .map((step) => {
      ends = [...ends.filter((end) => end > step.at), step.end];
      return { ...step, inFlight: ends.length };
    });
}
