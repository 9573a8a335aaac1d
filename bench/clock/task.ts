import type { Ms } from '../../src/base/clock.ts';
import type { LevelFigures } from '../../src/journal/calibration.ts';
import type { ClientName } from '../clients/client.ts';

/** One measurement of one client, made in a process of its own. */
export type ClientTask =
  | { kind: 'streams'; client: ClientName; streams: number }
  | { kind: 'burst'; client: ClientName; streams: number }
  | { kind: 'short'; client: ClientName; concurrency: number; seconds: number }
  | { kind: 'heap'; client: ClientName; streams: number };

/** Or how long the program takes to say what it can do. */
export type Task = ClientTask | { kind: 'start'; times: number };

/** What each kind of task finds. */
export interface Findings {
  streams: LevelFigures;
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
