import type { Ms } from '../../base/clock.ts';
import type { BoundFigures, LevelFigures, Spread } from '../../journal/calibration.ts';
import { ascending, quantile } from '../../stats/quantile.ts';
import type { JoinedStream, Span } from './truth-join.ts';

/** With fewer values there is no real 99th percentile: it would be their largest. */
export const fewestForP99 = 100;

/**
 * Allowance for what the client's bound does not cover: the kernel's network stack, and the server between its stamp
 * and its write.
 */
export const boundAllowanceMs: Ms = 1;

/** Undefined for no values. */
export function spreadOf(values: Iterable<Ms>): Spread | undefined {
  const sorted = ascending(values);
  if (sorted.length === 0) return undefined;
  return {
    n: sorted.length,
    p50: quantile(sorted, 0.5),
    ...(sorted.length >= fewestForP99 ? { p99: quantile(sorted, 0.99) } : {}),
    max: sorted.at(-1)!,
  };
}

/** `pauses`: when anything other than the client stood still. */
export function boundFigures(streams: readonly JoinedStream[], pauses: readonly Span[]): BoundFigures {
  const bounded = streams.filter(({ lagMs }) => lagMs !== undefined);
  const broken = bounded.filter(({ keyErrorMs, lagMs }) => keyErrorMs > lagMs! + boundAllowanceMs);
  const median = spreadOf(bounded.map(({ lagMs }) => lagMs!))?.p50;
  return {
    rows: bounded.length,
    held: bounded.length - broken.length,
    broken_elsewhere: broken.filter(({ keySpan }) => pauses.some((pause) => overlap(pause, keySpan))).length,
    ...(median === undefined ? {} : { median_ms: median }),
  };
}

const overlap = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;

/**
 * The streams that ran while every slot was busy: sent after each slot had sent its first, ended before any slot had
 * ended its last. The ramps at both ends are lighter than the load in question, so they are left out.
 */
export function steadyPart(slots: readonly (readonly JoinedStream[])[]): JoinedStream[] {
  const busy = slots.filter((streams) => streams.length > 0);
  const from = Math.max(...busy.map((streams) => streams[0]!.sentAt));
  const to = Math.min(...busy.map((streams) => streams.at(-1)!.endedAt));
  return busy.flat().filter(({ sentAt, endedAt }) => sentAt >= from && endedAt <= to);
}

export interface LevelRecord {
  streams: number;
  /** Comparable streams by slot, in order. */
  slots: readonly (readonly JoinedStream[])[];
  /** Number of requested streams. */
  asked: number;
  /** Stalls of the machine, and of the truth server. */
  pauses: readonly Span[];
  stalls: readonly Span[];
  stolenMs?: Ms | undefined;
  loopUtilization: number;
  /** Processor time of the whole level. */
  cpuMs: Ms;
}

/** Undefined if nothing in the steady part could be compared. */
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
    loop_utilisation: level.loopUtilization,
    cpu_us_per_chunk: (level.cpuMs * 1000) / chunks,
    server_lateness_ms: lateness,
    pauses: {
      count: level.pauses.length,
      longest_ms: level.pauses.reduce((longest, { from, to }) => Math.max(longest, to - from), 0),
    },
    ...(level.stolenMs === undefined ? {} : { stolen_ms: level.stolenMs }),
  };
}
