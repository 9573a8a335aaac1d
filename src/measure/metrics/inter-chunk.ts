import { defineMetric } from './metric.ts';

/** Quantile of sorted values by linear interpolation (Hyndman–Fan type 7). Undefined without values. */
function quantile(sorted: Float64Array, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Median gap between chunks that carry text. */
export const iclP50 = defineMetric({
  name: 'icl_p50_ms',
  label: 'ICL p50',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: 'median gap between chunks that carry text',
  example: { value: 50 },
  of: ({ gaps }) => quantile(gaps, 0.5),
});

/** 99th percentile of the gaps. Useful for long answers only; for short ones it is near the longest gap. */
export const iclP99 = defineMetric({
  name: 'icl_p99_ms',
  label: 'ICL p99',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: '99th percentile of the gaps between chunks that carry text',
  example: { value: 95.5 },
  of: ({ gaps }) => quantile(gaps, 0.99),
});

/** The longest gap: how long the stream stood still. */
export const maxStall = defineMetric({
  name: 'max_stall_ms',
  label: 'max stall',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: 'longest gap between chunks that carry text',
  example: { value: 100 },
  of: ({ gaps }) => gaps.at(-1),
});
