import type { Ms } from '../../base/clock.ts';
import type { Exchange } from '../exchange.ts';
import { decodeOf } from './decode.ts';
import { defineMetric } from './metric.ts';

/**
 * Inter-chunk latencies (ICL): the gaps between reads that brought text, in ascending order. A piece that came
 * in the same read as another one has no instant of its own, so it makes no gap; counting it as 0 ms would turn
 * a coalesced stream into a fast one. Text that shares its read with a role alone does mark that read. None of an
 * answer whose span carries no rate either (`decode.ts`).
 */
export function gapsOf(exchange: Exchange): Float64Array {
  if (decodeOf(exchange) === undefined) return new Float64Array();
  const gaps: Ms[] = [];
  let previous: Ms | undefined;
  for (const { at, merged } of exchange.chunks.texts()) {
    if (merged && at === previous) continue;
    if (previous !== undefined) gaps.push(at - previous);
    previous = at;
  }
  return Float64Array.from(gaps).sort();
}

/** Quantile of sorted values by linear interpolation (Hyndman–Fan type 7). Undefined for none. */
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
  of: (exchange) => quantile(gapsOf(exchange), 0.5),
});

/** 99th percentile of the gaps: of use for long answers only; for short ones it is near the longest gap. */
export const iclP99 = defineMetric({
  name: 'icl_p99_ms',
  label: 'ICL p99',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: '99th percentile of the gaps between chunks that carry text',
  of: (exchange) => quantile(gapsOf(exchange), 0.99),
});

/** The longest gap: how long the reader stared at a stream that stood still. */
export const maxStall = defineMetric({
  name: 'max_stall_ms',
  label: 'max stall',
  kind: 'number',
  unit: 'ms',
  decimals: 3,
  better: 'lower',
  meaning: 'longest gap between chunks that carry text',
  of: (exchange) => gapsOf(exchange).at(-1),
});
