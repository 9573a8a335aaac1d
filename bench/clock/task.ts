import type { Ms } from '../../src/base/clock.ts';
import type { LevelFigures } from '../../src/journal/calibration.ts';
import type { ClientName } from '../clients/client.ts';

/** One measurement of one client, made in its own process. */
export type ClientTask =
  | { kind: 'streams'; client: ClientName; streams: number }
  /** A closed loop that starts all at once. */
  | { kind: 'wave'; client: ClientName; streams: number }
  | { kind: 'burst'; client: ClientName; streams: number }
  /** `frames`: pieces of each answer. Absent: it is one piece of JSON. */
  | { kind: 'short'; client: ClientName; concurrency: number; seconds: number; frames?: number }
  | { kind: 'heap'; client: ClientName; streams: number };

/** The whole command: `gatebench run` on short answers. */
export interface RunTask {
  kind: 'run';
  concurrency: number;
  requests: number;
  /** Pieces of each answer. */
  frames: number;
  isTls: boolean;
  /** Meanwhile `gatebench view` shows the run on a live page that polls, as in a browser. */
  isViewed: boolean;
  /** Time between two pieces. Absent: all come at once. */
  paceMs?: Ms;
}

/** The same requests by sglang's Rust client, if available. */
export interface RustTask {
  kind: 'rust';
  concurrency: number;
  requests: number;
  frames: number;
}

/** Or how long the program takes to print its help. */
export type Task = ClientTask | RunTask | RustTask | { kind: 'start'; times: number };

/** Measured minus true. */
export interface Errors {
  ttft: { p50: Ms; p99: Ms };
  e2e: { p50: Ms; p99: Ms };
}

/** Findings of each kind of task. */
export interface Findings {
  streams: LevelFigures;
  /** `steady` is without the opening wave. Processor time of the whole process. */
  wave: { whole: Errors; steady: Errors; cpuUsPerChunk: number };
  /**
   * Requests per second by their rows, without the tenths at both ends. Processor time of the whole command per
   * request. `client_lag_ms` of the rows after the first tenth.
   */
  run: { perSecond: number; cpuMs: number; lagMs: { p50: Ms; p99: Ms } };
  rust: { perSecond: number };
  /** p99 of the TTFT's error, counted from `sent` and from the call. */
  burst: { fromSentMs: Ms; fromCallMs: Ms };
  short: { perSecond: number; cpuUs: number };
  heap: { kibPerStream: number };
  /** Medians: `gatebench --help`, a Node that loads only the parser of its arguments, and `node -e 0`. */
  start: { helpMs: Ms; yargsMs: Ms; nodeMs: Ms };
}

export type Found<T extends Task> = Findings[T['kind']];

/** Shape of the streams of every task: number and rate as in the targets. */
export const benchShape = { tokensPerSecond: 50, tokens: 60, ttftMs: 100 };
