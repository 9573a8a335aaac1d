import type { Ms } from '../../base/clock.ts';

/*
 * `client_lag_ms` bounds how late this process can have stamped the instants of a row; a stamp is never early. So a
 * value from such stamps is known within a range. The possible effect of our lag is compared with that value: 5 ms are
 * a quarter of a TTFT of 20 ms, and negligible for an answer of 10 s.
 */

/** What a row says of its stamps. An absent figure was not measured. */
export interface Stamped {
  lagMs?: Ms | undefined;
  ttftMs?: Ms | undefined;
  e2eMs?: Ms | undefined;
}

/** The least and the most that a value can truly be. */
export type Range = readonly [low: number, high: number];
export type LagEffect = (value: number, row: Stamped & { lagMs: Ms }) => Range;

/** A time that ends with one stamp. A late stamp makes it longer, never shorter. */
export const endsLate: LagEffect = (value, { lagMs }) => [Math.max(0, value - lagMs), value];

/** A time between two stamps, each of which may be late. */
export const bothLate: LagEffect = (value, { lagMs }) => [Math.max(0, value - lagMs), value + lagMs];

/** A time per token, from the first piece to the last. */
export const spanLate: LagEffect = (value, row) => {
  const share = shareOfSpan(row);
  return [value * Math.max(0, 1 - share), value * (1 + share)];
};

/** A rate over the same time. */
export const spanLateRate: LagEffect = (value, row) => {
  const share = shareOfSpan(row);
  return [value / (1 + share), share < 1 ? value / (1 - share) : Infinity];
};

function shareOfSpan({ lagMs, ttftMs, e2eMs }: Stamped & { lagMs: Ms }): number {
  const span = ttftMs === undefined || e2eMs === undefined ? 0 : e2eMs - ttftMs;
  return span > 0 ? lagMs / span : Infinity;
}

/** A rate over the time to the last piece. */
export const wholeLate: LagEffect = (value, { lagMs, e2eMs = 0 }) =>
  e2eMs <= lagMs ? [value, Infinity] : [value, value / (1 - lagMs / e2eMs)];

/** Above this share of a value, our lag makes it unusable: the row knows it only within its range. */
export const lagShare = 0.1;

/** Whether a value is lost to our lag. An unknown lag takes out no value. */
export function isLostToLag(value: number, effect: LagEffect, row: Stamped): boolean {
  const { lagMs = 0 } = row;
  if (lagMs <= 0) return false;
  const [low, high] = effect(value, { ...row, lagMs });
  return Math.max(value - low, high - value) > lagShare * value;
}
