/** Seconds of the units that a rate is written in. */
const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** How a rate is written, for messages. */
export const rateForm = 'a number with its unit, such as 0.5/s, 30/min or 120/h';

/**
 * Requests per second of a rate with its unit: `0.5/s`, `30/min`, `120/h`. Undefined for anything else: a bare 0.5 may
 * mean any of them.
 */
export function parseRate(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*\/\s*(s|min|h)\s*$/.exec(text) ?? [];
  const perSecond = Number(number) / units[unit ?? '']!;
  return Number.isFinite(perSecond) && perSecond > 0 ? perSecond : undefined;
}

/** What no machine of ours offers in time. */
export const highestRate = 10_000;

/** A rate as people read it, in requests per second: `0.3/s`, `12/s`. */
export const rateText = (perSecond: number): string => `${Number(perSecond.toPrecision(3))}/s`;
