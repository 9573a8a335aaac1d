import type { Ms } from '../../src/base/clock.ts';
import type { LevelFigures } from '../../src/journal/calibration.ts';
import type { ClientName } from '../clients/client.ts';

/** One measurement of one client, made in a process of its own. */
export type ClientTask =
  | { kind: 'streams'; client: ClientName; streams: number }
  /** A closed loop that starts all at once. */
  | { kind: 'wave'; client: ClientName; streams: number }
  | { kind: 'burst'; client: ClientName; streams: number }
  | { kind: 'short'; client: ClientName; concurrency: number; seconds: number }
  | { kind: 'heap'; client: ClientName; streams: number };

/** The whole command: `gatebench run` on short answers. */
export interface RunTask {
  kind: 'run';
  concurrency: number;
  requests: number;
  /** Pieces of each answer. */
  frames: number;
  isTls: boolean;
  /** `gatebench view` shows the run meanwhile, and its first page is asked for three times a second. */
  isViewed: boolean;
}

/** The same requests by sglang's Rust client, where it is there. */
export interface RustTask {
  kind: 'rust';
  concurrency: number;
  requests: number;
  frames: number;
}

/** Or how long the program takes to say what it can do. */
export type Task = ClientTask | RunTask | RustTask | { kind: 'start'; times: number };

/** Measured less true. */
export interface Errors {
  ttft: { p50: Ms; p99: Ms };
  e2e: { p50: Ms; p99: Ms };
}

/** What each kind of task finds. */
export interface Findings {
  streams: LevelFigures;
  /** `steady` is without the opening wave. Processor time of the whole process. */
  wave: { whole: Errors; steady: Errors; cpuUsPerChunk: number };
  /** Requests a second by their rows, without the tenths at both ends; processor time of the whole command for each. */
  run: { perSecond: number; cpuMs: number };
  rust: { perSecond: number };
  /** p99 of the TTFT's error, counted from `sent` and from the call. */
  burst: { fromSentMs: Ms; fromCallMs: Ms };
  short: { perSecond: number; cpuUs: number };
  heap: { kibPerStream: number };
  /** Medians: `gatebench --help`, a Node that loads the parser of its arguments alone, and `node -e 0`. */
  start: { helpMs: Ms; yargsMs: Ms; nodeMs: Ms };
}

export type Found<T extends Task> = Findings[T['kind']];

/** How the streams of every task look: as many and as fast as the figures to reach speak of. */
export const benchShape = { tokensPerSecond: 50, tokens: 60, ttftMs: 100 };
