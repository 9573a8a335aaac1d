import type { Random } from '../base/random.ts';

/** 2 to this many sign patterns are enumerated; beyond, a seeded sample of them is drawn. */
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
  // Rates are fractions: sums that are equal on paper must not differ by the last bit.
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
