const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/** Coefficients B(2k) ÷ (2k(2k−1)) of Stirling's series. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** From here on the series above is exact to double precision. */
const seriesFrom = 15;

/**
 * ln Γ(x) for x > 0: Stirling's series, after moving small x up by Γ(x + 1) = x Γ(x).
 * Source: NIST Digital Library of Mathematical Functions, 5.11.1 and 5.5.1.
 */
export function logGamma(x: number): number {
  let product = 1;
  let moved = x;
  for (; moved < seriesFrom; moved++) product *= moved;
  return leading(moved) + series(moved) - Math.log(product);
}

/**
 * What Stirling's leading terms leave: ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π]. Differences of ln Γ at large
 * arguments lose digits; differences of this do not.
 */
export function stirlingRemainder(x: number): number {
  return x >= seriesFrom ? series(x) : logGamma(x) - leading(x);
}

function leading(x: number): number {
  return (x - 0.5) * Math.log(x) - x + halfLogTwoPi;
}

function series(x: number): number {
  const inverseSquare = 1 / (x * x);
  return stirling.reduceRight((sum, coefficient) => sum * inverseSquare + coefficient, 0) / x;
}
