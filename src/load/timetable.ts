import type { Ms } from '../base/clock.ts';
import { normal, type Random } from '../base/random.ts';

/** How arrivals follow one another. */
export type Arrivals =
  | { kind: 'constant' }
  | { kind: 'poisson' }
  /** Gaps drawn from a gamma law of shape 1 ÷ burstiness: 1 is Poisson, 4 comes in bursts. */
  | { kind: 'gamma'; burstiness: number }
  /** Offsets of the first arrivals of a recorded service, in milliseconds from the first of them. */
  | { kind: 'trace'; offsets: readonly Ms[] };

/**
 * When each request of a window is due, in milliseconds from its start, ascending. All of them are drawn before the
 * first is sent; the same chance gives the same table. A trace is stretched to the rate, and starts over where it ends
 * before the window does.
 *
 * @param rate requests per second; may be far below one.
 * @param windowMs only offsets below it are given.
 */
export function timetable(arrivals: Arrivals, rate: number, windowMs: Ms, random: Random): Ms[] {
  if (arrivals.kind === 'trace') return replayed(arrivals.offsets, rate, windowMs);
  const meanMs = 1000 / rate;
  const gap = gapOf(arrivals, random);
  // The first of a constant stream stands at a random phase: a service with a rhythm of its own shall not meet ours.
  let at = arrivals.kind === 'constant' ? random() * meanMs : gap() * meanMs;
  const offsets: Ms[] = [];
  for (; at < windowMs; at += gap() * meanMs) offsets.push(at);
  return offsets;
}

/** Gaps of mean 1. */
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

/** A draw from the gamma law of scale 1. Source: Marsaglia & Tsang, ACM TOMS 26 (2000); below shape 1, their section 6. */
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
  // A lap lasts as long as its arrivals take at their own mean gap, the one before the next lap included.
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
