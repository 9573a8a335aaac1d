import type { Design } from '../load/design.ts';
import type { Slo } from '../load/slo.ts';
import type { Names } from '../plan/cell.ts';
import type { RunFacts } from './analysis.ts';
import type { LevelRow, LimitRow } from './level-columns.ts';
import type { PairRow } from './summary-columns.ts';
import type { Visit } from './visits.ts';

/** One visit, for pictures and thresholds. */
export type VisitFigure = Names & {
  level: number;
  kind: Visit['kind'];
  /** Share of good requests. */
  share: number;
  /** Nothing was dropped, and its queue was not growing. */
  isSteady: boolean;
  word: 'passed' | 'failed' | 'void';
};

/** Results under load. */
export interface LoadFigures {
  load: Design['load'];
  /** Absent: no SLO was defined. */
  slo?: Slo;
  /** By model in the order of the suite, then by level. */
  levels: readonly LevelRow[];
  /** Empty if no limit was searched. */
  limits: readonly LimitRow[];
  /** Models against each other at each level, or their limits. */
  pairs: readonly PairRow[];
  /** Each finished visit, for pictures. */
  visits: readonly VisitFigure[];
  /** Why requests failed, one line per text, for every level with too many failures. */
  causes: readonly string[];
}

/** The header above the table of a run with levels. */
export function factsUnderLoad({
  levels,
  visits,
}: LoadFigures): Pick<RunFacts, 'requests_planned' | 'requests_done' | 'requests_failed' | 'visits'> {
  const sum = (of: (row: LevelRow) => number): number =>
    Math.round(levels.reduce((all, row) => all + of(row), 0));
  const done = sum(({ arrivals }) => arrivals);
  return {
    requests_planned: done,
    requests_done: done,
    requests_failed: sum(({ error_rate: rate = 0, arrivals }) => rate * arrivals),
    visits: visits.filter(({ kind }) => kind === 'visit').length,
  };
}
