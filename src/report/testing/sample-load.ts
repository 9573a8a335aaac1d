import type { LevelRow } from '../../analysis/level-columns.ts';
import type { LoadFigures, VisitFigure } from '../../analysis/load-figures.ts';

/** One model at one level: the result of each visit, and the verdict from all of them. */
export interface SampleLevel {
  model: string;
  level: number;
  word?: 'held' | 'broken' | 'open';
  visits: readonly VisitFigure['word'][];
}

/** Figures of a run under load, each visit of ten requests. */
export function sampleLoad(load: LoadFigures['load'], levels: readonly SampleLevel[]): LoadFigures {
  return {
    load,
    ...(load === 'open' ? { slo: { e2eMs: 700, attainment: 0.95 } } : {}),
    levels: levels.map((one) => levelRow(load, one)),
    limits: [],
    pairs: [],
    causes: [],
    visits: levels.flatMap(({ model, level, visits }) =>
      visits.map((word) => ({
        ...{ model, route: 'demo', level, kind: 'visit' as const, isSteady: true, word },
        share: word === 'failed' ? 0.5 : 1,
      })),
    ),
  };
}

function levelRow(load: string, { model, level, word, visits }: SampleLevel): LevelRow {
  const those = (wanted: VisitFigure['word']): number => visits.filter((one) => one === wanted).length;
  const [passed, failed, lost] = [those('passed'), those('failed'), those('void')];
  const counted = passed + failed;
  const isOpen = load === 'open';
  const figures = {
    ...{
      achieved_rps: level,
      attainment: isOpen ? (passed + failed / 2) / counted : undefined,
      error_rate: 0,
    },
    ...{ goodput_rps: level, ttft_p50_ms: 80, ttft_p95_ms: 90, e2e_p50_ms: 100, e2e_p95_ms: 100 + level },
    ...(isOpen
      ? { ttft_due_p50_ms: 81, ttft_due_p95_ms: 92, e2e_due_p50_ms: 101, e2e_due_p95_ms: 110 + level }
      : {}),
  };
  return {
    ...{ run_id: 'r', suite: 's', route: 'demo', load, model, level, word: isOpen ? word : undefined },
    ...{
      visits: counted,
      passed: isOpen ? passed : undefined,
      failed: isOpen ? failed : undefined,
      void: lost,
    },
    ...{ arrivals: 10 * counted, rate_limited: 0, dropped: 0, ...(counted > 0 ? figures : {}) },
  } as Partial<LevelRow> as LevelRow;
}
