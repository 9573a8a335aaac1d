const twoOverSqrtPi = 2 / Math.sqrt(Math.PI);

/**
 * Complementary error function. Near zero by the series of erf without cancellation (DLMF 7.6.2), further out
 * by the continued fraction (DLMF 7.9.1), evaluated from its end.
 */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - twoOverSqrtPi * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let k = 80; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** P(Z ≤ z) of the standard normal distribution. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

/**
 * The z with P(Z ≤ z) = p: the rational start of Abramowitz & Stegun 26.2.22, then Newton's steps on the
 * logarithm of the smaller tail, where it is nearly a parabola.
 */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = -(t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t));
  for (let step = 0; step < 5; step++) {
    const tail = normalCdf(z);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    z -= (Math.log(tail / p) * tail) / density;
  }
  return z;
}
