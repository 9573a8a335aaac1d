import type { LevelFigures } from '../../../journal/calibration.ts';

/** A good level: 200 streams were compared, TTFT within `p99`. */
export function level(streams: number, p99: number, given: Partial<LevelFigures> = {}): LevelFigures {
  const spread = { n: 200, p50: 0.1, p99: 0.5, max: 3 };
  return {
    streams,
    measured: 200,
    failed: 0,
    chunks: 12_000,
    arrival_error_ms: spread,
    ttft_error_ms: { ...spread, p99, max: p99 + 1 },
    request_ms: spread,
    bound: { rows: 200, held: 200, broken_elsewhere: 0, median_ms: 0.4 },
    loop_utilisation: 0.2,
    cpu_us_per_chunk: 60,
    server_lateness_ms: spread,
    pauses: { count: 0, longest_ms: 0 },
    ...given,
  };
}
