import type { Ms } from '../base/clock.ts';
import { count } from '../base/text.ts';
import type { Manifest } from './manifest.ts';

/** What a calibration found: as it is printed by `--json`, kept by `--save`, and carried by `run.json`. */
export interface Calibration {
  schema_version: 1;
  /** ISO 8601, UTC. */
  measured_at: string;
  machine: Manifest['machine'];
  versions: { gatebench: string; node: string };
  tokens_per_second: number;
  /** Chunks with text in each stream. */
  tokens: number;
  /** Ascending by streams. */
  levels: LevelFigures[];
  /** What may be said of this machine, in one sentence. */
  sentence: string;
}

/** A TTFT error beyond this is not worth a promise: models answer within some hundred milliseconds. */
export const promisedMs: Ms = 5;
/** A busier event loop than this leaves its timing unsound. */
export const soundUtilisation = 0.6;
/** Share of rows in which the bound must have held. */
export const boundShare = 0.99;

/** Why a level cannot be promised; undefined when it can. */
export function reasonAgainst(level: LevelFigures): string | undefined {
  const { bound, failed, loop_utilisation: utilisation } = level;
  const error = ttftError(level);
  if (failed > 0) return `${count(failed, 'stream')} failed`;
  if (error.ms > promisedMs) return `it was off by ${shown(error.ms)} ms (${error.which})`;
  if (utilisation > soundUtilisation)
    return `its event loop was busy for ${percent(utilisation)} of the time`;
  const held = boundShareOf(bound);
  if (held !== undefined && held < boundShare)
    return `its own bound held for only ${percent(held)} of the rows`;
  return undefined;
}

/**
 * One sentence on what this machine can time: the highest level up to which every level measured is sound, with
 * the worst error of those levels. It never speaks of a level that was not measured.
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
 * Whether the clock is proven for so many requests in flight: every level up to the first that has as many was
 * sound. A calibration without such a level proves nothing for them.
 */
export function isProvenAt(levels: readonly LevelFigures[], concurrency: number): boolean {
  const last = levels.findIndex(({ streams }) => streams >= concurrency);
  return last !== -1 && levels.slice(0, last + 1).every((level) => reasonAgainst(level) === undefined);
}

interface TtftError {
  ms: Ms;
  which: string;
}

/**
 * 99th percentile. Too few streams to have one may have been lucky: then the largest of them, or the 99th percentile
 * of all their chunks, which are stamped alike, whichever is worse.
 */
function ttftError({ ttft_error_ms: ttft, arrival_error_ms: arrival }: LevelFigures): TtftError {
  if (ttft.p99 !== undefined) return { ms: ttft.p99, which: 'p99' };
  if (arrival.p99 !== undefined && arrival.p99 > ttft.max)
    return { ms: arrival.p99, which: 'p99 of all chunks' };
  return { ms: ttft.max, which: `largest of ${ttft.n}` };
}

/** Rounded up, so that the promise is not smaller than the figure. */
const shown = (ms: Ms): string => (Math.ceil(ms * 10) / 10).toFixed(1);

const percent = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** What one level of concurrency showed. Errors, lateness and bound are those of its steady part. */
export interface LevelFigures {
  /** Streams open at once. */
  streams: number;
  /** Streams that were compared with the truth. */
  measured: number;
  /** Streams of the whole level that did not end well or could not be matched. */
  failed: number;
  chunks: number;
  /** Stamped − written, of every chunk with text. */
  arrival_error_ms: Spread;
  /** TTFT from `sent` as measured, less the true one. */
  ttft_error_ms: Spread;
  /** Request left → received: the network, and the truth server's own delay in reading, which is in no error above. */
  request_ms: Spread;
  bound: BoundFigures;
  /** Share of the level in which the event loop was busy, 0 to 1. */
  loop_utilisation: number;
  /** Processor time of this process for each chunk of the level. */
  cpu_us_per_chunk: number;
  /** Written − due, of every chunk with text: its own delay in writing, in no error above either. */
  server_lateness_ms: Spread;
  /** Times at which the machine stood still for 1 ms or longer, over the whole level. */
  pauses: { count: number; longest_ms: Ms };
  /** Time that the host of this virtual machine kept its processors for others. Absent where nobody tells. */
  stolen_ms?: Ms;
}

/** Of some measured values. */
export interface Spread {
  n: number;
  p50: Ms;
  /** Absent for fewer than 100 values. */
  p99?: Ms;
  max: Ms;
}

/** How the rows' own bounds fared against the truth. */
export interface BoundFigures {
  /** Rows that carried a bound. */
  rows: number;
  /** Rows whose key instants were late by no more than their bound and the allowance. */
  held: number;
  /** Of the others: rows whose worst instant was on its way while the machine or the truth server was stalled. */
  broken_elsewhere: number;
  /** Median of the bounds themselves: what honesty costs. */
  median_ms?: Ms;
}

/** Share of rows in which the bound held, of those that speak of the client. Undefined for none. */
export function boundShareOf({ rows, held, broken_elsewhere: elsewhere }: BoundFigures): number | undefined {
  return rows > elsewhere ? held / (rows - elsewhere) : undefined;
}
