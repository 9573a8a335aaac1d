import type { Ms } from '../base/clock.ts';
import { boundFigures, spreadOf, type BoundFigures, type Spread } from './figures.ts';
import type { JoinedStream, Span } from './join.ts';
import { steadyPart } from './steady.ts';

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

export interface LevelRecord {
  streams: number;
  /** What could be compared, by slot, in the order of its streams. */
  slots: readonly (readonly JoinedStream[])[];
  /** Streams that were asked for. */
  asked: number;
  /** When the machine stood still, and when the truth server did. */
  pauses: readonly Span[];
  stalls: readonly Span[];
  stolenMs?: Ms | undefined;
  loopUtilisation: number;
  /** Processor time of the whole level. */
  cpuMs: Ms;
}

/** Undefined when nothing of the steady part could be compared. */
export function levelFigures(level: LevelRecord): LevelFigures | undefined {
  const all = level.slots.flat();
  const steady = steadyPart(level.slots);
  const arrival = spreadOf(steady.flatMap(({ arrivalErrors }) => arrivalErrors));
  const ttft = spreadOf(steady.map(({ ttftErrorMs }) => ttftErrorMs));
  const request = spreadOf(steady.map(({ requestMs }) => requestMs));
  const lateness = spreadOf(steady.flatMap(({ serverLateness }) => serverLateness));
  if (!arrival || !ttft || !request || !lateness) return undefined;
  const chunks = all.reduce((sum, { arrivalErrors }) => sum + arrivalErrors.length, 0);
  return {
    streams: level.streams,
    measured: steady.length,
    failed: level.asked - all.length,
    chunks: arrival.n,
    arrival_error_ms: arrival,
    ttft_error_ms: ttft,
    request_ms: request,
    bound: boundFigures(steady, [...level.pauses, ...level.stalls]),
    loop_utilisation: level.loopUtilisation,
    cpu_us_per_chunk: (level.cpuMs * 1000) / chunks,
    server_lateness_ms: lateness,
    pauses: {
      count: level.pauses.length,
      longest_ms: level.pauses.reduce((longest, { from, to }) => Math.max(longest, to - from), 0),
    },
    ...(level.stolenMs === undefined ? {} : { stolen_ms: level.stolenMs }),
  };
}
