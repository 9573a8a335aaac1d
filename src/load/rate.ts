/** Seconds per unit of a rate. */
const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** How to write a rate, for messages. */
export const rateForm = 'a number with its unit, such as 0.5/s, 30/min or 120/h';

/**
 * Requests per second for a rate with its unit: `0.5/s`, `30/min`, `120/h`. Undefined for anything else: a bare 0.5
 * could be any of them.
 */
export function parseRate(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*\/\s*(s|min|h)\s*$/.exec(text) ?? [];
  const perSecond = Number(number) / units[unit ?? '']!;
  return Number.isFinite(perSecond) && perSecond > 0 ? perSecond : undefined;
}

/** No machine of ours sends more than this in time. */
export const highestRate = 10_000;

/** A rate for people, in requests per second: `0.3/s`, `12/s`; `18/h` if it is far below one. */
export const rateText = (perSecond: number): string =>
  perSecond > 0 && perSecond < 0.01
    ? `${Number((perSecond * 3600).toPrecision(3))}/h`
    : `${Number(perSecond.toPrecision(3))}/s`;

/** A level as people read it: `0.5/s`, or `8 at once`. */
export const levelText = (load: 'open' | 'closed', level: number): string =>
  load === 'open' ? rateText(level) : `${level} at once`;
