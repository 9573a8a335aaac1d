import type { Ms } from '../../src/base/clock.ts';
import type { JoinedStream } from '../../src/diagnose/calibrate/truth-join.ts';
import { ascending, quantile } from '../../src/stats/quantile.ts';
import type { Errors } from './task.ts';

/** One request: what a client measured, minus what was true. */
export interface Late {
  ttft: Ms;
  e2e: Ms;
}

export function errorsOf(requests: readonly Late[]): Errors {
  const spread = (values: Ms[]): { p50: Ms; p99: Ms } => {
    const sorted = ascending(values);
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  };
  return { ttft: spread(requests.map(({ ttft }) => ttft)), e2e: spread(requests.map(({ e2e }) => e2e)) };
}

/** Counted from the same instant of sending: to the first piece, and to the last. */
export const lateOf = ({ ttftErrorMs, arrivalErrors }: JoinedStream): Late => ({
  ttft: ttftErrorMs,
  e2e: ttftErrorMs - arrivalErrors[0]! + arrivalErrors.at(-1)!,
});

/**
 * As above, with the request's way to the server and its wait there until it is read, as in the figures of a client
 * that does not tell when a request had left.
 */
export function lateWithRequest(stream: JoinedStream): Late {
  const { ttft, e2e } = lateOf(stream);
  return { ttft: ttft + stream.requestMs, e2e: e2e + stream.requestMs };
}
