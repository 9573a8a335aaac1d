import type { Manifest } from '../journal/manifest.ts';
import type { ColumnName, RequestRow } from '../journal/request-columns.ts';
import type { Design } from '../load/design.ts';
import { cellColumns, cellKey, type CellNames, namesOf, sameBut } from '../plan/cell.ts';
import { designOf } from '../plan/load-plan.ts';
import { shardPrompts } from '../plan/shard.ts';
import { quantile } from '../stats/quantile.ts';
import type { RowCollector } from './analyse.ts';
import { failureReads } from './causes.ts';
import { LevelCauses } from './level-causes.ts';
import type { LevelRow, LimitRow } from './level-columns.ts';
import { compareLevels, compareLimits, type ComparedLevel } from './level-pairs.ts';
import { felt, levelRows, limitRows } from './level-rows.ts';
import type { LoadFigures } from './load-figures.ts';
import type { PairRow } from './summary-columns.ts';
import { counts, type Visit, VisitLog } from './visits.ts';

/** Follows the rows of a run whose load has levels. Undefined for any other run. */
export function followLevels(manifest: Manifest): LevelCollector | undefined {
  const design = designOf(manifest.suite);
  return design && new LevelCollector(manifest, design);
}

/** Reads the rows of visits in the single pass. */
export class LevelCollector implements RowCollector {
  readonly reads: readonly ColumnName[] = [
    ...cellColumns,
    ...(['event_id', 'phase', 'final', 'status', 'invalid_reason', 'passed'] as const),
    ...(['error_family', 'error_code', 'scheduled_at', 'started_at', 'ended_at'] as const),
    ...(['level', 'visit', 'arrival', 'late_ms', 'ttft_ms', 'e2e_latency_ms', 'tpot_ms'] as const),
    ...(['ttft_due_ms', 'e2e_due_ms', 'completion_tokens'] as const),
    ...failureReads,
  ];
  readonly #run: { manifest: Manifest; design: Design };
  readonly #log: VisitLog;
  readonly #causes: LevelCauses;

  constructor(manifest: Manifest, design: Design) {
    const { suite, shard, seed, merged_from = [] } = manifest;
    const seeds = new Map(merged_from.map((part) => [part.vantage, part.seed]));
    this.#run = { manifest, design };
    this.#causes = new LevelCauses(design);
    this.#log = new VisitLog({
      design,
      prompts: shardPrompts(suite.prompts, shard).length,
      seedOf: ({ vantage }) => seeds.get(vantage) ?? seed,
    });
  }

  /** Number of visits that decide a level. */
  get visits(): number {
    return this.#run.design.visits;
  }

  add(row: RequestRow): void {
    this.#log.add(row);
    this.#causes.add(row);
  }

  figures(): LoadFigures {
    const { suite } = this.#run.manifest;
    const order = new Map(suite.models.map(({ id }, index) => [id, index]));
    const cells = [...Map.groupBy(this.#log.visits(), ({ cell }) => cellKey(cell)).values()].sort(
      // The order of visits is random.
      ([a], [b]) =>
        order.get(a!.cell.model)! - order.get(b!.cell.model)! ||
        (cellKey(a!.cell) < cellKey(b!.cell) ? -1 : 1),
    );
    const { slo, load } = this.#run.design;
    const levels = cells.map((visits) => levelRows(visits, this.#run));
    const limits = cells.map((visits) => limitRows(visits, this.#run));
    return {
      load,
      ...(slo ? { slo } : {}),
      levels: levels.flat(),
      limits: limits.flat(),
      pairs: this.#pairs(cells, levels, limits.flat()),
      causes: this.#causes.lines(
        this.#run.manifest,
        cells.flat().filter(({ kind }) => kind === 'visit'),
      ),
      visits: cells.flat().map(({ cell, level, kind, isBrokenOff, outcome }) => ({
        ...namesOf(cell),
        ...{ level, kind, share: outcome.share },
        isSteady: outcome.dropped === 0 && !outcome.unstable,
        word: isBrokenOff ? 'void' : outcome.word,
      })),
    };
  }

  #pairs(
    cells: readonly (readonly Visit[])[],
    levels: readonly (readonly LevelRow[])[],
    limits: readonly LimitRow[],
  ): PairRow[] {
    const { run_id: seed, suite, shard } = this.#run.manifest;
    const prompts = shardPrompts(suite.prompts, shard).length;
    const options = {
      ...{ seed, prompts, ways: this.#run.manifest },
      // A suite that is compared with a revision asks only for the effect of the change.
      isPair: suite.against && ((a: CellNames, b: CellNames) => sameBut(a, b, 'version')),
    };
    if (this.#run.design.limit)
      return compareLimits(
        limits.map(({ held_rps: held, broken_rps: broken }, n) => ({
          cell: cells[n]![0]!.cell,
          held,
          broken,
        })),
        options,
      );
    const compared = cells.flatMap((visits, n) =>
      levels[n]!.map((row) => ({ cell: visits[0]!.cell, ...this.#compared(row, visits.filter(counts)) })),
    );
    return compareLevels(compared, options);
  }

  #compared({ level, word }: LevelRow, visits: readonly Visit[]): Omit<ComparedLevel, 'cell'> {
    const { load, slo } = this.#run.design;
    const ours = visits.filter((visit) => visit.level === level && visit.kind === 'visit');
    // The latency of a model at a level that it does not hold is not ranked.
    const hasLatency = load === 'open' && (slo === undefined || word === 'held');
    return {
      level,
      metrics: [
        ...(slo ? (['attainment'] as const) : []),
        ...(hasLatency ? (['e2e_due_ms'] as const) : []),
        ...(load === 'closed' ? (['answered_rps'] as const) : []),
      ],
      visits: new Map(
        ours.map(({ number, rows, outcome, windowMs }) => [
          number,
          {
            attainment: outcome.share,
            e2e_due_ms: quantile(felt(rows, 'e2e_due_ms', this.#run), 0.5),
            answered_rps: rows.filter(({ status }) => status === 'ok').length / (windowMs / 1000),
          },
        ]),
      ),
    };
  }
}
