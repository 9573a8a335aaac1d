import { createHash } from 'node:crypto';
import type { Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import { type Chunk, ChunkLog } from '../measure/chunk-log.ts';
import type { Calibration } from '../journal/calibration.ts';
import type { GivenVerdict } from '../journal/request-columns.ts';
import type { Exchange } from '../measure/exchange.ts';
import { type Cell, cellKey, type CellNames, promptIn } from '../plan/cell.ts';
import type { PlannedRequest, VisitPlace } from '../plan/plan.ts';
import type { Suite } from '../suite/suite.ts';
import type { Asked } from '../send/asker.ts';
import type { Timing } from './carriers.ts';

/**
 * Messages in the queue. They never hold a token, an account, or a provider's key: a worker builds each request with
 * its own. Times are durations, because the clocks of two machines cannot be compared.
 */

/** Queue where all runs are announced. */
export const boardName = 'gb-runs';
/** Names of the queues of one run. */
export const suiteQueue = (runId: string): string => `gb-${runId}-suite`;
export const workersQueue = (runId: string): string => `gb-${runId}-workers`;
/** One per place, because a queue cannot select jobs by what they need. */
export const jobsQueue = (runId: string, vantage: string | undefined): string =>
  `gb-${runId}-jobs${vantage === undefined ? '' : `-${vantage}`}`;

/** For one worker: arrivals of an open loop that it sends when they are due. */
export const carrierQueue = (runId: string, worker: string): string => `gb-${runId}-worker-${worker}`;

/** A run that looks for workers. */
export interface Announcement {
  run_id: string;
  /** Version of gatebench. */
  version: string;
  suite_hash: string;
  suite: string;
  seed: number;
  routes: readonly string[];
  /** Places to send from. Empty: that of the first worker. */
  vantages: readonly string[];
  /** How long a silent worker keeps its requests. */
  lease_ms: Ms;
}

/** A worker that offers to send for a run. */
export interface Hello {
  name: string;
  /** Of its process: two workers may have been given one name. */
  process: string;
  /** Absent: its place has no name. */
  vantage?: string;
  version: string;
  concurrency: number;
  routes: { route: string; host: string }[];
  /** The name on the wire of each cell, by its key without vantage. */
  wire_models: Record<string, string>;
  calibration?: Calibration;
  /** Why it cannot send for this run. Absent: it can. */
  refuses?: string;
  /** The run's decision. Absent: not read yet. */
  answer?:
    | { accepted: true }
    | { accepted: false; why: string; /** Another run may want its place. */ isElsewhere: boolean };
}

/** Regular message of a worker that shows that it is alive. */
export interface WorkerBeat {
  beat: number;
  in_flight: number;
  done: number;
  /** Whether it takes requests: only after its connections are open, and until it ends. */
  is_ready: boolean;
}

/** One attempt of one request. */
export interface JobForm {
  key: string;
  /** Key of its cell, without vantage. */
  cell: string;
  prompt: string;
  phase: PlannedRequest['phase'];
  repeat: number;
  block: number;
  position: number;
  attempt: number;
  event_id: string;
  suite_hash: string;
  /** Absent: its texts stay as in the suite. */
  visit?: VisitPlace;
  /** Absent: it is sent as soon as the worker has it. */
  timing?: Timing;
}

/** Start of the reason why a worker will not send something. Any other reason of a failure is the engine's. */
export const refusal = 'refused: ';

/** Same request and attempt, same id, in every process. Adding it twice has no further effect. */
export const jobId = (key: string, attempt: number): string =>
  createHash('sha256').update(`${key}\n${attempt}`).digest('hex').slice(0, 40);

/** A cell by its name in every place. */
export const placelessKey = (cell: CellNames): string => cellKey({ ...cell, vantage: undefined });

export function jobForm(
  planned: PlannedRequest,
  {
    attempt,
    eventId,
    suiteHash,
    timing,
  }: { attempt: number; eventId: string; suiteHash: string; timing?: Timing | undefined },
): JobForm {
  const { key, phase, repeat, block, position, cell, prompt, visit } = planned;
  return {
    ...{ key, cell: placelessKey(cell), prompt: prompt.id, phase, repeat, block, position, attempt },
    ...{ event_id: eventId, suite_hash: suiteHash, ...defined({ timing, visit: visit?.lengths && visit }) },
  };
}

/** The request of a job, from the worker's own copy of the suite. Undefined if the suite has no such cell or prompt. */
export function plannedOf(
  form: JobForm,
  suite: Suite,
  cellOf: (key: string) => Cell | undefined,
): PlannedRequest | undefined {
  const cell = cellOf(form.cell);
  const prompt = suite.prompts.find(({ id }) => id === form.prompt);
  if (!cell || !prompt) return undefined;
  const { key, phase, repeat, block, position, visit } = form;
  return {
    ...{ key, phase, repeat, block, position, cell, prompt: promptIn(cell, prompt) },
    ...defined({ visit }),
  };
}

export interface ResultForm {
  worker: string;
  /** Time from taking the request to its end. */
  hand_ms: Ms;
  /** Absent: it was not sent. */
  queue_ms?: Ms;
  memory: Asked['memory'];
  /** Verdict of the checks if no text of the answer may leave the worker. */
  verdict?: GivenVerdict | undefined;
  exchange: ExchangeForm;
}

/** An exchange without what belongs to one process: its clock, its log of chunks, its count of requests in flight. */
type ExchangeForm = Omit<Exchange, 'startedAt' | 'sentAt' | 'chunks' | 'inFlight'> & {
  startedAt: string;
  wasSent: boolean;
  chunks: Chunk[];
};

/** As text inside the value of a job. Characters that a database cannot store, such as NUL, are escaped. */
export function resultForm(
  { exchange, queueMs, memory }: Asked,
  { worker, handMs, verdict }: { worker: string; handMs: Ms; verdict?: GivenVerdict | undefined },
): string {
  const { startedAt, sentAt, chunks, ...plain } = exchange;
  delete plain.inFlight;
  const form: ResultForm = {
    ...{ worker, hand_ms: handMs, memory },
    ...defined({ queue_ms: queueMs, verdict }),
    exchange: {
      ...plain,
      startedAt: startedAt.toISOString(),
      wasSent: sentAt !== undefined,
      chunks: [...chunks],
    },
  };
  return JSON.stringify(form);
}

/** `now`: on the reader's clock. The moment of sending is estimated from it, and shows only that it was sent. */
export function exchangeOf({ exchange }: ResultForm, now: Ms): Exchange {
  const { startedAt, wasSent, chunks, ...plain } = exchange;
  return {
    ...plain,
    startedAt: new Date(startedAt),
    ...(wasSent ? { sentAt: now - plain.endMs } : {}),
    chunks: ChunkLog.of(chunks),
  } as Exchange;
}
