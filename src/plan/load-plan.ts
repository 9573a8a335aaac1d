import { defined } from '../base/defined.ts';
import type { Arrival, Lane, LoadRun, Offer, Span } from '../load/load-mode.ts';
import type { Design } from '../load/design.ts';
import { loadModeOf } from '../load/load-modes.ts';
import type { Suite } from '../suite/suite.ts';
import { cellKey, type Cell } from './cell.ts';
import type { Block, PlannedRequest } from './plan.ts';

/** The parts of a suite that its load mode reads. */
type Loaded = Pick<Suite, 'load' | 'run'>;

/** The requests of a cell, with the model's own limit. */
export function laneOf(cell: Cell): Lane {
  const { id, concurrency } = cell.model;
  return {
    key: cellKey(cell),
    name: id,
    ...(concurrency === undefined ? {} : { ceiling: concurrency }),
  };
}

const offerOf = ({ run }: Loaded, cells: readonly Cell[]): Offer => ({
  concurrency: run.concurrency,
  lanes: cells.map(laneOf),
});

/** Minutes that a plan takes, warm-up included, if an answer takes this many seconds. */
export function estimateMinutes(
  suite: Loaded & Pick<Suite, 'prompts'>,
  cells: readonly { cell: Cell; requests: number; warmupRequests: number }[],
  seconds: Span,
): Span {
  const offer = offerOf(
    suite,
    cells.map(({ cell }) => cell),
  );
  const prompts = suite.prompts.length;
  const requests = cells.map((each) => each.requests + each.warmupRequests);
  return loadModeOf(suite.load).estimate(suite.load ?? {}, { ...offer, prompts }, requests, seconds);
}

/** Most requests of a suite in flight at once. */
export function expectedInFlight(suite: Loaded, cells: readonly Cell[]): number {
  return loadModeOf(suite.load).expectedInFlight(suite.load ?? {}, offerOf(suite, cells));
}

/** Sends the contents of the blocks as the suite's load mode prescribes. */
export function drive(
  suite: Loaded,
  {
    cells,
    blocks,
    ...run
  }: Omit<LoadRun<PlannedRequest>, keyof Offer | 'blocks' | 'laneOf'> & {
    cells: readonly Cell[];
    blocks: Iterable<Block>;
  },
): Promise<void> {
  return loadModeOf(suite.load).drive(suite.load ?? {}, {
    ...run,
    ...offerOf(suite, cells),
    blocks: arrivalsOf(blocks),
    laneOf: ({ cell }: PlannedRequest) => cellKey(cell),
  });
}

/** Block by block: due when the load mode releases them, or at their place in a visit. */
export function* arrivalsOf(blocks: Iterable<Block>): Generator<Arrival<PlannedRequest>[]> {
  for (const block of blocks)
    yield block.map((request) => ({
      request,
      ...(request.visit === undefined
        ? {}
        : defined({ offset: request.visit.offset, level: request.visit.level })),
    }));
}

/**
 * How a suite's load mode plans visits. Undefined if it plans blocks. Throws a UserError for contradictory settings.
 */
export const designOf = ({ load }: Pick<Suite, 'load'>): Design | undefined =>
  loadModeOf(load).design?.(load ?? {});
