import type { Ms } from '../base/clock.ts';
import { risingP } from '../stats/rising.ts';

/** One arrival of a visit, its instants in milliseconds from the start of the window. */
export interface VisitArrival {
  due: Ms;
  /** Absent: it found the safety ceiling full and was never sent, or this machine could not send it. */
  sent?: Ms;
  /** When it was over. Absent for what was never sent. */
  end?: Ms;
  good: boolean;
  /** It found the safety ceiling full. */
  dropped: boolean;
}

export interface VisitRule {
  windowMs: Ms;
  /** Share of arrivals that must be good. */
  attainment: number;
  /** How late our own machine may send an arrival that counts as sent. */
  latestMs: Ms;
}

export interface VisitOutcome {
  /** All that were due in the window. */
  arrivals: number;
  good: number;
  dropped: number;
  /** Sent in time ÷ arrivals. */
  achieved: number;
  /** Good ÷ arrivals. */
  share: number;
  /** In flight and latency from due both rose through the window: its queue had not come to rest. */
  unstable: boolean;
  /** `void`: our own machine did not offer the load, so that it says nothing of the model; it is made again. */
  word: 'passed' | 'failed' | 'void';
}

/** Least share of arrivals that our machine must have sent in time. */
const leastAchieved = 0.98;
const slices = 10;
const alpha = 0.05;

/** What one visit says of its level: one model at one rate for one window. Arrivals in the order in which they were due. */
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
  // What was dropped is the service's own backlog: the level has failed, however little was sent.
  const isVoid = dropped === 0 && achieved < leastAchieved;
  const hasPassed = dropped === 0 && !unstable && share >= rule.attainment;
  return {
    ...{ arrivals: total, good, dropped, achieved, share, unstable },
    word: isVoid ? 'void' : hasPassed ? 'passed' : 'failed',
  };
}

/** One-sided tests of Mann and Kendall, over ten equal slices of the window, of what is in flight and of the latency. */
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
