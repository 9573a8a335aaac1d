import type { Ms } from '../base/clock.ts';
import { count } from '../base/text.ts';
import type { Manifest } from './manifest.ts';

/** The result of a calibration, as printed by `--json`, saved by `--save`, and included in `run.json`. */
export interface Calibration {
  schema_version: 1;
  /** ISO 8601, UTC. */
  measured_at: string;
  machine: Manifest['machine'];
  versions: { gatebench: string; node: string };
  tokens_per_second: number;
  /** Chunks with text per stream. */
  tokens: number;
  /** In ascending order of streams. */
  levels: LevelFigures[];
  /** What this machine can time, in one sentence. */
  sentence: string;
}

/** A larger TTFT error is not worth a promise: models answer within some hundred milliseconds. */
export const promisedMs: Ms = 5;
/** With a busier event loop, timing is unsound. */
export const soundUtilization = 0.6;
/** Minimum share of rows in which the bound held. */
export const boundShare = 0.99;

/** Why a level cannot be promised. Undefined if it can. */
export function reasonAgainst(level: LevelFigures): string | undefined {
  const { bound, failed, loop_utilisation: utilization } = level;
  const error = ttftError(level);
  if (failed > 0) return `${count(failed, 'stream')} failed`;
  if (error.ms > promisedMs) return `it was off by ${shown(error.ms)} ms (${error.which})`;
  if (utilization > soundUtilization)
    return `its event loop was busy for ${percent(utilization)} of the time`;
  const held = boundShareOf(bound);
  if (held !== undefined && held < boundShare)
    return `its own bound held for only ${percent(held)} of the rows`;
  return undefined;
}

/**
 * One sentence on what this machine can time: the highest level up to which every measured level is sound, with the
 * worst error of those levels. Never mentions a level that was not measured.
 */
export function sentenceOf(levels: readonly LevelFigures[], tokensPerSecond: number): string {
  const firstUnsound = levels.findIndex((level) => reasonAgainst(level) !== undefined);
  const sound = firstUnsound === -1 ? levels : levels.slice(0, firstUnsound);
  const unsound = levels[sound.length];
  const speed = `of ${tokensPerSecond} tok/s`;
  const limit = unsound && `${count(unsound.streams, 'stream')} ${reasonAgainst(unsound)!}`;
  const top = sound.at(-1);
  if (!top)
    return limit === undefined
      ? 'Nothing was measured.'
      : `Do not rely on this machine for timing: at ${limit}.`;
  const worst = sound.map(ttftError).reduce((a, b) => (b.ms > a.ms ? b : a));
  const promise = `Up to ${count(top.streams, 'stream')} ${speed} this machine reads TTFT within ${shown(worst.ms)} ms (${worst.which})`;
  return limit === undefined ? `${promise}.` : `${promise}; at ${limit}.`;
}

/**
 * Whether the clock is proven for this many requests in flight: every level up to the first with at least as many was
 * sound. A calibration without such a level proves nothing for them.
 */
export function isProvenAt(levels: readonly LevelFigures[], concurrency: number): boolean {
  const last = levels.findIndex(({ streams }) => streams >= concurrency);
  return last !== -1 && levels.slice(0, last + 1).every((level) => reasonAgainst(level) === undefined);
}

/** As above for a calibration, if there is one. */
export const isProven = (calibration: Calibration | undefined, concurrency: number): boolean =>
  isProvenAt(calibration?.levels ?? [], concurrency);

/** As above for a worker, at its own limit or that of the run, whichever is lower. */
export const isProvenWorker = (
  { calibration, concurrency }: NonNullable<Manifest['workers']>[number],
  inFlight: number,
): boolean => isProven(calibration as Calibration | undefined, Math.min(concurrency, inFlight));

interface TtftError {
  ms: Ms;
  which: string;
}

/**
 * 99th percentile. If there are too few streams for one, they may have been lucky: then the largest error of the
 * streams or the 99th percentile of all their chunks, which are stamped alike, whichever is worse.
 */
function ttftError({ ttft_error_ms: ttft, arrival_error_ms: arrival }: LevelFigures): TtftError {
  if (ttft.p99 !== undefined) return { ms: ttft.p99, which: 'p99' };
  if (arrival.p99 !== undefined && arrival.p99 > ttft.max)
    return { ms: arrival.p99, which: 'p99 of all chunks' };
  return { ms: ttft.max, which: `largest of ${ttft.n}` };
}

/** Rounded up, so that the promise covers the figure. */
const shown = (ms: Ms): string => (Math.ceil(ms * 10) / 10).toFixed(1);

const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** Results for one level of concurrency. Errors, lateness and bound are those of its steady part. */
export interface LevelFigures {
  /** Streams open at the same time. */
  streams: number;
  /** Streams that were compared with the truth. */
  measured: number;
  /** Streams of the whole level that failed or could not be matched. */
  failed: number;
  chunks: number;
  /** Stamped − written, for every chunk with text. */
  arrival_error_ms: Spread;
  /** TTFT from `sent` as measured, minus the true one. */
  ttft_error_ms: Spread;
  /**
   * Request left → received: the network, and the truth server's own delay in reading. Not included in any error above.
   */
  request_ms: Spread;
  bound: BoundFigures;
  /** Share of the level in which the event loop was busy, 0 to 1. */
  loop_utilisation: number;
  /** Processor time of this process per chunk of the level. */
  cpu_us_per_chunk: number;
  /** Written − due, for every chunk with text: the server's own delay in writing. Not included in any error above. */
  server_lateness_ms: Spread;
  /** How often the machine stalled for 1 ms or longer, over the whole level. */
  pauses: { count: number; longest_ms: Ms };
  /** Time that the host of this virtual machine kept its processors for others. Absent if unknown. */
  stolen_ms?: Ms;
}

/** Distribution of some measured values. */
export interface Spread {
  n: number;
  p50: Ms;
  /** Absent with fewer than 100 values. */
  p99?: Ms;
  max: Ms;
}

/** How the rows' own bounds compare with the truth. */
export interface BoundFigures {
  /** Rows that had a bound. */
  rows: number;
  /** Rows whose key instants were late by no more than their bound and the allowance. */
  held: number;
  /** Of the others, rows whose worst instant was in transit while the machine or the truth server was stalled. */
  broken_elsewhere: number;
  /** Median of the bounds: the price of honesty. */
  median_ms?: Ms;
}

/**
 * Share of rows in which the bound held, out of those that say something about the client. Undefined if there are none.
 */
export function boundShareOf({ rows, held, broken_elsewhere: elsewhere }: BoundFigures): number | undefined {
  return rows > elsewhere ? held / (rows - elsewhere) : undefined;
}
