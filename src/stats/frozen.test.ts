import { describe, expect, test } from 'vitest';
import { betaCdf, betaQuantile } from './beta.ts';
import { logGamma } from './log-gamma.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { tCdf, tQuantile } from './student-t.ts';

/*
 * Every number below was computed once with SciPy 1.17.1 (scipy.stats.t, .beta, .norm; scipy.special.gammaln), an
 * implementation that shares nothing with ours, and frozen here.
 */
function expectNear(got: number, want: number): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.abs(want));
}

describe('against SciPy, to nine digits', () => {
  test.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 5, 2.5705818356363146],
    [0.975, 19, 2.0930240544083087],
    [0.975, 100, 1.9839715185235518],
    [0.9999, 3, 22.203742273205],
    [0.6, 0.7, 0.35603136523468015],
    [0.95, 13, 1.7709333959868725],
    [0.0005, 7.5, -5.207725655800546],
    [0.975, 1e6, 1.959966356814107],
    [1e-10, 12, -19.391546179047733],
    [1e-12, 167, -7.60204343011833],
    [2e-5, 1e6, -4.107498006250617],
    [1e-5, 0.7, -2617507.365389079],
  ])('quantile %d of t with %d degrees of freedom', (p, df, want) => expectNear(tQuantile(p, df), want));

  test.each([
    [2.1, 19, 0.9753428008783632],
    [-0.3, 1, 0.4072264209222577],
    [12, 3, 0.9993774920996054],
    [-40, 2, 0.0003122073360923703],
    [1e-5, 8, 0.5000038669902096],
    [1.96, 1e7, 0.9750020909873429],
    [-6, 13.5, 1.8968071724495977e-5],
  ])('P(T ≤ %d) with %d degrees of freedom', (t, df, want) => expectNear(tCdf(t, df), want));

  test.each([
    [0.025, 1, 60, 0.00042187445234200883],
    [0.975, 29.5, 1.5, 0.9963795356262083],
    [0.025, 0.5, 12.2, 4.1080929999793904e-5],
    [0.5, 2, 3, 0.3857275681323895],
    [0.025, 950, 51, 0.9346095120845064],
    [0.975, 951, 50, 0.9626646023953382],
    [0.975, 950001, 50000, 0.9504263604526736],
    [0.1, 0.3, 0.2, 0.007686558366485323],
    [0.025, 57, 4, 0.8607567532789272],
    [1e-12, 3, 4, 3.684133294738866e-5],
    [0.999999, 3.3, 400, 0.04819321643972897],
  ])('quantile %d of beta(%d, %d)', (p, a, b, want) => expectNear(betaQuantile(p, a, b), want));

  test.each([
    [0.5, 2, 3, 0.6875],
    [0.95, 950, 50, 0.4826304562730232],
    [0.9499, 950000, 50000, 0.3227874727946064],
    [0.001, 0.5, 0.5, 0.020135041633377492],
    [0.999, 20, 0.7, 0.9297468583318709],
    [0.5001, 1e4, 1e4, 0.5112821464686057],
  ])('P(X ≤ %d) of beta(%d, %d)', (x, a, b, want) => expectNear(betaCdf(x, a, b), want));

  test.each([
    [1e-12, -7.034483825301131],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.8, 0.8416212335729143],
    [0.999999, 4.753424308817087],
  ])('quantile %d of the normal law', (p, want) => expectNear(normalQuantile(p), want));

  test.each([
    [-30, 4.906713927147908e-198],
    [-8, 6.22096057427174e-16],
    [-2.4, 0.008197535924596131],
    [-0.1, 0.460172162722971],
    [0.7, 0.758036347776927],
    [3.5, 0.9997673709209645],
  ])('P(Z ≤ %d)', (z, want) => expectNear(normalCdf(z), want));

  test.each([
    [0.01, 4.599479878042022],
    [0.5, 0.5723649429247],
    [2.5, 0.2846828704729192],
    [14.9, 24.924132002217277],
    [15.1, 25.458999750992664],
    [1e6, 12815504.569147611],
  ])('ln Γ(%d)', (x, want) => expectNear(logGamma(x), want));
});

test('quantile and distribution function undo each other', () => {
  for (const p of [0.001, 0.2, 0.5, 0.9, 0.9995]) {
    expect(tCdf(tQuantile(p, 4.5), 4.5)).toBeCloseTo(p, 12);
    expect(betaCdf(betaQuantile(p, 2.5, 7), 2.5, 7)).toBeCloseTo(p, 12);
    expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
  }
});

test('infinitely many degrees of freedom give the normal distribution, none give no distribution', () => {
  expect(tQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
  expect(tQuantile(0.975, 0)).toBeNaN();
});
