import type { Random } from '../base/random.ts';
import type { Interval } from './interval.ts';

/** Up to 2 to this many sign patterns are enumerated. Beyond that, a seeded sample is drawn. */
const enumerateUpTo = 16;
const draws = 20_000;

/**
 * Two-sided p of the sign-flip permutation test that paired differences are symmetric around zero, by their sum.
 * Zeros change no sum and drop out; all zeros give 1. Up to 16 others are enumerated exactly; more are sampled, the
 * observed pattern counted in, so that p is never 0 (Phipson & Smyth 2010).
 * Source: Fisher, The Design of Experiments (1935), §21.
 */
export function signFlipTest(differences: readonly number[], random: Random): number {
  const sizes = differences.filter((value) => value !== 0).map(Math.abs);
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  if (sizes.length === 0) return 1;
  // Rates are fractions. Sums that are equal on paper must not differ in the last bit.
  const reach = observed * (1 - 1e-12) - 1e-12;
  return sizes.length <= enumerateUpTo ? enumerated(sizes, reach) : sampled(sizes, reach, random);
}

function enumerated(sizes: readonly number[], reach: number): number {
  const patterns = 2 ** sizes.length;
  let extreme = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    const sum = sizes.reduce((total, size, bit) => total + ((pattern >> bit) & 1 ? size : -size), 0);
    if (Math.abs(sum) >= reach) extreme++;
  }
  return extreme / patterns;
}

function sampled(sizes: readonly number[], reach: number, random: Random): number {
  let extreme = 1;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const size of sizes) sum += random() < 0.5 ? size : -size;
    if (Math.abs(sum) >= reach) extreme++;
  }
  return extreme / (draws + 1);
}

/**
 * The shifts that this test does not reject: the interval of the center of symmetry. Its ends are order statistics of
 * the means of the subsets of the differences: all subsets up to 16 differences, beyond that a seeded sample. Open if
 * there are too few for any end: below six at 95 %. Source: Hartigan, Using Subsample Values as Typical Values, JASA
 * 64 (1969).
 */
export function signFlipInterval(differences: readonly number[], alpha: number, random: Random): Interval {
  const n = differences.length;
  const isExact = n <= enumerateUpTo;
  const means = Float64Array.from(
    isExact ? subsetMeans(differences) : sampledMeans(differences, random),
  ).sort();
  // Each end leaves out half of α of all sign patterns. The empty subset counts as a pattern.
  const place = Math.floor((alpha / 2) * (means.length + 1) + 1e-9);
  if (place < 1) return {};
  return { low: means[place - 1]!, high: means[means.length - place]! };
}

function* subsetMeans(values: readonly number[]): Generator<number> {
  for (let subset = 1; subset < 2 ** values.length; subset++) {
    const chosen = values.filter((_, bit) => (subset >> bit) & 1);
    yield chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  }
}

function* sampledMeans(values: readonly number[], random: Random): Generator<number> {
  for (let draw = 0; draw < draws; draw++) {
    const chosen = values.filter(() => random() < 0.5);
    if (chosen.length > 0) yield chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  }
}
