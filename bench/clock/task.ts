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

/** The same requests by sglang's Rust client, or by k6, if available. */
export interface PeerTask<Kind extends 'rust' | 'k6'> {
  kind: Kind;
  concurrency: number;
  requests: number;
  frames: number;
}

/** The requests of `wave` by sglang's Rust client. */
export interface RustWaveTask {
  kind: 'rust wave';
  streams: number;
}

/** Or how long the program takes to print its help. */
export type Task =
  ClientTask | RunTask | PeerTask<'rust'> | PeerTask<'k6'> | RustWaveTask | { kind: 'start'; times: number };

/** Measured minus true. */
export interface Errors {
  ttft: { p50: Ms; p99: Ms };
  e2e: { p50: Ms; p99: Ms };
}

/** `steady` is without the opening wave. */
export interface WaveErrors {
  whole: Errors;
  steady: Errors;
}

/** Findings of each kind of task. */
export interface Findings {
  streams: LevelFigures;
  /** `withRequest` is comparable to `rust wave`. Processor time of the whole process. */
  wave: WaveErrors & { withRequest: WaveErrors; cpuUsPerChunk: number };
  /**
   * Requests per second by their rows, without the tenths at both ends. Processor time of the whole command per
   * request. `client_lag_ms` of the rows after the first tenth.
   */
  run: { perSecond: number; cpuMs: number; lagMs: { p50: Ms; p99: Ms } };
  rust: { perSecond: number };
  k6: { perSecond: number };
  /** Includes the request's way to the server and its wait there until it is read. */
  'rust wave': WaveErrors;
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

/** Requests per slot of a wave, one after another. */
export const waveRounds = 4;
