import { stirlingRemainder } from './log-gamma.ts';

const tiny = 1e-300;

/** ln(whole × (1 + change) ÷ whole), without losing digits when the change is small. */
function logRatio(value: number, whole: number): number {
  const change = (value - whole) / whole;
  return Math.abs(change) < 0.5 ? Math.log1p(change) : Math.log(value / whole);
}

/**
 * x^a y^b ÷ B(a, b) for y = 1 − x, in the form that keeps its digits when a and b are large.
 * Source: DiDonato & Morris, ACM TOMS 18 (1992), algorithm 708.
 */
function kernel(x: number, y: number, a: number, b: number): number {
  const sum = a + b;
  const exponent = a * logRatio(x, a / sum) + b * logRatio(y, b / sum);
  const remainder = stirlingRemainder(sum) - stirlingRemainder(a) - stirlingRemainder(b);
  return Math.sqrt((a / sum) * (b / (2 * Math.PI))) * Math.exp(exponent + remainder);
}

/** The continued fraction of I_x(a, b), by the modified Lentz method. Source: DLMF 8.17.22 and 3.10(iii). */
function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  // It needs about √max(a, b) steps.
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/**
 * Regularized incomplete beta function I_x(a, b). `y` is 1 − x; give it if it is known more precisely than by
 * subtraction. Source: DLMF 8.17.
 */
export function incompleteBeta(x: number, a: number, b: number, y = 1 - x): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x <= (a + 1) / (a + b + 2)) return (kernel(x, y, a, b) / a) * fraction(x, a, b);
  return 1 - (kernel(x, y, a, b) / b) * fraction(y, b, a);
}

/** P(X ≤ x) of the beta distribution with shapes a, b > 0. */
export function betaCdf(x: number, a: number, b: number): number {
  return incompleteBeta(x, a, b);
}

/**
 * The x with I_x(a, b) = p: Newton's steps, kept inside a bracket that each evaluation narrows. Solves for the smaller
 * tail, so that small probabilities keep their digits.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  return p <= 0.5 ? solve(p, a, b) : 1 - solve(1 - p, b, a);
}

function solve(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 300; step++) {
    const error = incompleteBeta(x, a, b) - p;
    if (error === 0) return x;
    if (error > 0) high = x;
    else low = x;
    const next = x - (error * x * (1 - x)) / kernel(x, 1 - x, a, b);
    const inside = next > low && next < high;
    const previous = x;
    x = inside ? next : (low + high) / 2;
    if (Math.abs(x - previous) <= 4e-16 * x) return x;
  }
  return x;
}
