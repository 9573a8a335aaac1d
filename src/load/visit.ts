import type { Ms } from '../base/clock.ts';
import { risingP } from '../stats/rising.ts';

/** One arrival of a visit, its instants in milliseconds from the start of the window. */
export interface VisitArrival {
  due: Ms;
  /** Absent: the safety ceiling was full so it was never sent, or this machine could not send it. */
  sent?: Ms;
  /** When it ended. Absent if it was never sent. */
  end?: Ms;
  good: boolean;
  /** The safety ceiling was full. */
  dropped: boolean;
}

export interface VisitRule {
  windowMs: Ms;
  /** Minimum share of good arrivals. */
  attainment: number;
  /** An arrival counts as sent in time if our own machine was at most this late. */
  latestMs: Ms;
}

export interface VisitOutcome {
  /** All arrivals due in the window. */
  arrivals: number;
  good: number;
  dropped: number;
  /** Sent in time ÷ arrivals. */
  achieved: number;
  /** Good ÷ arrivals. */
  share: number;
  /** In-flight requests and latency from due both rose through the window: the queue was still growing. */
  unstable: boolean;
  /** `void`: our own machine did not offer the load, so the visit says nothing about the model and is repeated. */
  word: 'passed' | 'failed' | 'void';
}

/** Minimum share of arrivals that our machine must send in time. */
const leastAchieved = 0.98;
const slices = 10;
const alpha = 0.05;

/**
 * The verdict of one visit on its level: one model at one rate for one window. Arrivals in the order in which they were
 * due.
 */
export function visitOutcome(arrivals: readonly VisitArrival[], rule: VisitRule): VisitOutcome {
  const total = arrivals.length;
  const good = arrivals.filter((one) => one.good).length;
  const dropped = arrivals.filter((one) => one.dropped).length;
  const inTime = arrivals.filter(({ sent, due }) => sent !== undefined && sent - due <= rule.latestMs).length;
  const [share, achieved] = [good, inTime].map((part) => (total === 0 ? 0 : part / total)) as [
    number,
    number,
  ];
  const unstable = isUnstable(arrivals, rule.windowMs);
  // Dropped arrivals are the service's own backlog: the level failed, however few were sent.
  const isVoid = dropped === 0 && achieved < leastAchieved;
  const hasPassed = dropped === 0 && !unstable && share >= rule.attainment;
  return {
    ...{ arrivals: total, good, dropped, achieved, share, unstable },
    word: isVoid ? 'void' : hasPassed ? 'passed' : 'failed',
  };
}

/** One-sided Mann-Kendall tests, over ten equal slices of the window, of requests in flight and of latency. */
function isUnstable(arrivals: readonly VisitArrival[], windowMs: Ms): boolean {
  const edges = Array.from({ length: slices }, (_, n) => ((n + 1) * windowMs) / slices);
  const inFlight = edges.map((at) => [
    arrivals.filter(({ due, end }) => due < at && end !== undefined && end >= at).length,
  ]);
  const latency = edges.map((at, n) => {
    const ours = arrivals.filter(
      ({ due, end }) => due < at && due >= (edges[n - 1] ?? 0) && end !== undefined,
    );
    return ours.length === 0 ? [] : [ours.reduce((sum, { due, end }) => sum + end! - due, 0) / ours.length];
  });
  return risingP(inFlight) <= alpha && risingP(latency) <= alpha;
}
