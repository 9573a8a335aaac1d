import {
  decodeRates,
  headlines,
  laterServerTimes,
  latencies,
  rates,
  serverTimes,
} from '../measure/metrics.ts';

const countColumns = [
  'queue_ms',
  'chunks',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'total_tokens',
  'reasoning_chars',
  'answer_chars',
  'score',
] as const;

/** Columns of `requests.csv` that are measured, and allowed in a percentile, a mean or a geometric mean. */
export const numberColumns: readonly string[] = [...latencies, ...rates, ...serverTimes, ...laterServerTimes]
  .map(({ name }) => name as string)
  .concat(countColumns);

/** Columns of `requests.csv` that are true or false, and allowed in `rate()`. */
export const shareColumns = ['passed', 'valid'] as const;

export const statistics = ['p50', 'p90', 'p95', 'p99', 'mean', 'geomean', 'ratio', 'rate'] as const;

/** Allowed in `ratio()`: decode time and tokens, each summed over all answers of a model. */
export const ratioColumns = decodeRates;

/** Shares that a gate may watch. `error_rate` is that of `models.csv`. */
export const gateShares = [...shareColumns, 'error_rate'] as const;

/** Everything that a gate may watch. */
export const gateMetrics: readonly string[] = [...numberColumns, ...gateShares];

/** Metrics that may decide that a run has enough repeats. */
export const stopMetrics: readonly string[] = headlines.map(({ name }) => name);
