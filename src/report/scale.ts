import { fixed, percentFigure } from './number-text.ts';

/** Format of all figures of a column, for easy comparison: one unit, the same decimals. */
export interface Scale {
  unit: string;
  write(value: number): string;
}

export type Family = 'time' | 'share' | 'rate' | 'count' | 'usd';

/** `values` are all figures under one head. */
export const scales: Record<Family, (values: readonly number[]) => Scale> = {
  time: timeScale,
  share: (values) => withShares(values.every((value) => Number.isInteger(round6(value * 100))) ? 0 : 1),
  rate: (values) => withDecimals('tok/s', smallest(values) < 100 ? 1 : 0),
  count: () => withDecimals('n', 0),
  usd: (values) => withDecimals('USD', moneyDecimals(smallest(values))),
};

/** Milliseconds, or seconds from ten seconds up, with at least two digits of the smallest figure. */
function timeScale(values: readonly number[]): Scale {
  const least = smallest(values);
  if (Math.max(0, ...values) < 9999.5) return withDecimals('ms', least >= 10 ? 0 : least >= 1 ? 1 : 2);
  const seconds = withDecimals('s', least >= 10_000 ? 1 : least >= 100 ? 2 : 3);
  return { unit: 's', write: (ms) => seconds.write(ms / 1000) };
}

function moneyDecimals(least: number): number {
  if (least >= 1) return 2;
  if (least >= 0.1) return 3;
  if (least >= 0.01) return 4;
  return least >= 0.001 ? 5 : 6;
}

/** The smallest that is not zero. Large if there is none. */
function smallest(values: readonly number[]): number {
  return Math.min(...values.filter((value) => value > 0).map(Math.abs), Infinity);
}

const withDecimals = (unit: string, decimals: number): Scale => ({
  unit,
  write: (value) => fixed(value, decimals),
});

const withShares = (decimals: 0 | 1): Scale => ({
  unit: '%',
  write: (share) => percentFigure(share, decimals),
});

const round6 = (n: number): number => Math.round(n * 1e6) / 1e6;
