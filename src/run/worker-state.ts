import { count, oneLine } from '../base/text.ts';

/** Current state of a worker that sends requests of a run from another machine. */
export interface WorkerState {
  name: string;
  /** Absent: its place has no name. */
  vantage?: string;
  /** False if it has left, or sends no more beats. */
  isThere: boolean;
  /** Requests in flight, by its last beat. */
  inFlight: number;
  /** Requests that ended, answered or failed. */
  done: number;
  /** Requests that were lost with it. */
  lost: number;
  /** `done` per second of its presence. */
  perSecond: number;
}

/** One line for people: a worker, or all workers of a place. */
export interface WorkerLine extends Omit<WorkerState, 'name' | 'vantage'> {
  /** Safe to print. */
  label: string;
  /** Whether the line of its place is above it. */
  isBelow: boolean;
}

/** With more workers than this, only places have lines. */
const mostWorkers = 12;

/** A line for each place with several workers, and one for each worker. */
export function workerLines(states: readonly WorkerState[]): WorkerLine[] {
  const isMany = states.length > mostWorkers;
  return [...Map.groupBy(states, ({ vantage }) => vantage)].flatMap(([vantage, workers]) => {
    const hasSum = isMany || (vantage !== undefined && workers.length > 1);
    const own = workers.map(({ name, vantage: from, ...counts }): WorkerLine => {
      const place = hasSum || from === undefined ? '' : ` from ${from}`;
      return { ...counts, label: oneLine(`${name}${place}`, 60), isBelow: hasSum };
    });
    if (!hasSum) return own;
    return [placeLine(vantage, workers), ...(isMany ? [] : own)];
  });
}

function placeLine(vantage: string | undefined, workers: readonly WorkerState[]): WorkerLine {
  const sum = (of: (worker: WorkerState) => number): number => workers.reduce((all, one) => all + of(one), 0);
  const there = workers.filter(({ isThere }) => isThere);
  const many = count(there.length, 'worker');
  return {
    label: vantage === undefined ? many : oneLine(`${vantage}, ${many}`, 60),
    isBelow: false,
    isThere: there.length > 0,
    inFlight: sum(({ inFlight }) => inFlight),
    done: sum(({ done }) => done),
    lost: sum(({ lost }) => lost),
    // The current rate: without workers that are gone.
    perSecond: there.reduce((all, { perSecond }) => all + perSecond, 0),
  };
}

/** The facts of one line, in words. */
export const workerWords = ({
  isThere,
  inFlight,
  done,
  lost,
  perSecond,
}: Omit<WorkerState, 'name' | 'vantage'>): string[] => [
  isThere ? `${inFlight.toLocaleString('en-US')} in flight` : 'gone',
  `${done.toLocaleString('en-US')} done`,
  `${lost.toLocaleString('en-US')} lost`,
  `${perSecond.toFixed(2)}/s`,
];
