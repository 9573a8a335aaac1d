import { createHash } from 'node:crypto';
import type { Ms } from '../base/clock.ts';
import { type Chunk, ChunkLog } from '../measure/chunk-log.ts';
import type { Calibration } from '../journal/calibration.ts';
import type { Exchange } from '../measure/exchange.ts';
import { type Cell, cellKey, type CellNames, promptIn } from '../plan/cell.ts';
import type { PlannedRequest } from '../plan/plan.ts';
import type { Suite } from '../suite/suite.ts';
import type { Asked } from '../send/asker.ts';

/**
 * What passes through the queue. Nothing here ever holds a token, an account, or a provider's key: a worker builds each
 * request with its own. Times are durations, since two machines' clocks cannot be compared.
 */

/** Where all runs are announced. */
export const boardName = 'gb-runs';
/** Names of the queues of one run. */
export const suiteQueue = (runId: string): string => `gb-${runId}-suite`;
export const workersQueue = (runId: string): string => `gb-${runId}-workers`;
/** Of one place: a queue cannot choose jobs by what they need. */
export const jobsQueue = (runId: string, vantage: string | undefined): string =>
  `gb-${runId}-jobs${vantage === undefined ? '' : `-${vantage}`}`;

/** A run that looks for workers. */
export interface Announcement {
  run_id: string;
  /** Of gatebench. */
  version: string;
  suite_hash: string;
  suite: string;
  seed: number;
  routes: readonly string[];
  /** Places that are asked from; empty: that of the first worker. */
  vantages: readonly string[];
  /** How long a worker that says nothing keeps its requests. */
  lease_ms: Ms;
}

/** A worker that would like to ask for a run. */
export interface Hello {
  name: string;
  /** Absent: its place has no name. */
  vantage?: string;
  version: string;
  concurrency: number;
  routes: { route: string; host: string }[];
  /** The name on the wire of each cell, by its key without vantage. */
  wire_models: Record<string, string>;
  calibration?: Calibration;
  /** What the run says of it. Absent: it has not been read yet. */
  answer?: { accepted: true } | { accepted: false; why: string };
}

/** What a worker tells again and again, so that it is known to be there. */
export interface WorkerBeat {
  beat: number;
  in_flight: number;
  done: number;
  /** Whether it takes requests: not before its connections are open, and not when it ends. */
  is_ready: boolean;
}

/** One attempt of one request. */
export interface JobForm {
  key: string;
  /** Of its cell, without vantage. */
  cell: string;
  prompt: string;
  phase: PlannedRequest['phase'];
  repeat: number;
  block: number;
  position: number;
  attempt: number;
  event_id: string;
  suite_hash: string;
}

/** Same request and attempt, same id, in every process: adding it twice is adding it once. */
export const jobId = (key: string, attempt: number): string =>
  createHash('sha256').update(`${key}\n${attempt}`).digest('hex').slice(0, 40);

/** A cell as every place calls it. */
export const placelessKey = (cell: CellNames): string => cellKey({ ...cell, vantage: undefined });

export function jobForm(
  planned: PlannedRequest,
  { attempt, eventId, suiteHash }: { attempt: number; eventId: string; suiteHash: string },
): JobForm {
  const { key, phase, repeat, block, position, cell, prompt } = planned;
  return {
    ...{ key, cell: placelessKey(cell), prompt: prompt.id, phase, repeat, block, position, attempt },
    ...{ event_id: eventId, suite_hash: suiteHash },
  };
}

/** The request that a job is about, from the worker's own copy of the suite. Undefined when it has no such cell or prompt. */
export function plannedOf(
  form: JobForm,
  suite: Suite,
  cellOf: (key: string) => Cell | undefined,
): PlannedRequest | undefined {
  const cell = cellOf(form.cell);
  const prompt = suite.prompts.find(({ id }) => id === form.prompt);
  if (!cell || !prompt) return undefined;
  const { key, phase, repeat, block, position } = form;
  return { key, phase, repeat, block, position, cell, prompt: promptIn(cell, prompt) };
}

/** What a worker gives back. */
export interface ResultForm {
  worker: string;
  /** In its hands until over. */
  hand_ms: Ms;
  queue_ms: Ms;
  memory: Asked['memory'];
  exchange: ExchangeForm;
}

/** An exchange without what belongs to one process: its clock, its log of chunks, its count of what is in flight. */
type ExchangeForm = Omit<Exchange, 'startedAt' | 'sentAt' | 'chunks' | 'inFlight'> & {
  startedAt: string;
  wasSent: boolean;
  chunks: Chunk[];
};

/** As text inside the value of a job: what no database may hold bare, such as a NUL, is escaped in it. */
export function resultForm({ exchange, queueMs, memory }: Asked, worker: string, handMs: Ms): string {
  const { startedAt, sentAt, chunks, ...plain } = exchange;
  delete plain.inFlight;
  const form: ResultForm = {
    ...{ worker, hand_ms: handMs, queue_ms: queueMs, memory },
    exchange: {
      ...plain,
      startedAt: startedAt.toISOString(),
      wasSent: sentAt !== undefined,
      chunks: [...chunks],
    },
  };
  return JSON.stringify(form);
}

/** `now`: on the reader's clock, of which the moment of sending is an estimate that says only that it was sent. */
export function exchangeOf({ exchange }: ResultForm, now: Ms): Exchange {
  const { startedAt, wasSent, chunks, ...plain } = exchange;
  return {
    ...plain,
    startedAt: new Date(startedAt),
    ...(wasSent ? { sentAt: now - plain.endMs } : {}),
    chunks: ChunkLog.of(chunks),
  } as Exchange;
}
