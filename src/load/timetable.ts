import type { Ms } from '../base/clock.ts';
import { normal, type Random } from '../base/random.ts';

/** Distribution of arrivals. */
export type Arrivals =
  | { kind: 'constant' }
  | { kind: 'poisson' }
  /** Gaps from a gamma distribution with shape 1 ÷ burstiness: 1 is Poisson, 4 comes in bursts. */
  | { kind: 'gamma'; burstiness: number }
  /** Arrivals of a recorded service, as offsets from the first one in milliseconds. */
  | { kind: 'trace'; offsets: readonly Ms[] };

/**
 * When each request of a window is due, in milliseconds from its start, ascending. All are drawn before the first is
 * sent. The same seed gives the same table. A trace is stretched to the rate, and repeats if it ends before the window
 * does.
 *
 * @param rate requests per second; may be far below one.
 * @param windowMs returns only offsets below it.
 */
export function timetable(arrivals: Arrivals, rate: number, windowMs: Ms, random: Random): Ms[] {
  if (arrivals.kind === 'trace') return replayed(arrivals.offsets, rate, windowMs);
  const meanMs = 1000 / rate;
  const gap = gapOf(arrivals, random);
  // A constant stream starts at a random phase, so that it does not lock to a rhythm of the service.
  let at = arrivals.kind === 'constant' ? random() * meanMs : gap() * meanMs;
  const offsets: Ms[] = [];
  for (; at < windowMs; at += gap() * meanMs) offsets.push(at);
  return offsets;
}

/** Gaps with mean 1. */
function gapOf(arrivals: Exclude<Arrivals, { kind: 'trace' }>, random: Random): () => number {
  switch (arrivals.kind) {
    case 'constant':
      return () => 1;
    case 'poisson':
      return () => -Math.log(1 - random());
    case 'gamma': {
      const shape = 1 / arrivals.burstiness;
      return () => gamma(shape, random) / shape;
    }
  }
}

/**
 * A draw from the gamma distribution with scale 1. Source: Marsaglia & Tsang, ACM TOMS 26 (2000); for shapes below 1,
 * their section 6.
 */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function replayed(recorded: readonly Ms[], rate: number, windowMs: Ms): Ms[] {
  const last = recorded.at(-1) ?? 0;
  // A lap lasts as long as its arrivals at their mean gap, including the gap before the next lap.
  const lap = recorded.length > 1 ? (last * recorded.length) / (recorded.length - 1) : 0;
  const stretch = lap > 0 ? (recorded.length * 1000) / rate / lap : 0;
  const offsets: Ms[] = [];
  for (let n = 0; recorded.length > 0; n++) {
    const round = Math.floor(n / recorded.length);
    const at = lap > 0 ? (recorded[n % recorded.length]! + round * lap) * stretch : (n * 1000) / rate;
    if (at >= windowMs) break;
    offsets.push(at);
  }
  return offsets;
}
