import { defined } from '../base/defined.ts';
import { seededRandom, shuffled } from '../base/random.ts';
import type { Design, Slot } from '../load/design.ts';
import type { MadeVisit, WantedVisit } from '../load/limit-walk.ts';
import type { Prompt } from '../suite/suite.ts';
import { requestKey } from './blocks.ts';
import { cellKey, promptIn, type Cell } from './cell.ts';
import type { Block, PlannedRequest } from './plan.ts';

/** Results of the visits of one cell so far. */
export interface VisitsOfCell {
  /** Those that count, in the order they were made. */
  made: readonly MadeVisit[];
  /** Number of visits to a level, including void and aborted ones. */
  begun: (level: number) => number;
  /** How many of them were void or aborted. */
  lost: (level: number) => number;
}

export interface VisitPlanOptions {
  design: Design;
  cells: readonly Cell[];
  prompts: readonly Prompt[];
  seed: number;
  /** Called between visits: results so far decide what comes next. Absent: one round. */
  visitsOf?: ((cell: Cell) => VisitsOfCell) | undefined;
}

const none: VisitsOfCell = { made: [], begun: () => 0, lost: () => 0 };

/** After this many lost visits a level is given up: this machine cannot offer it. */
export const mostLost = 3;

/**
 * The visits of a run, one block each. In a round, every cell visits every level that it still owes, in random order.
 * All models, in all variants, get the same timetable and the same prompts at the n-th visit of a level. Lazy: the
 * next visit is planned once the previous one is on record.
 */
export function* planVisits(options: VisitPlanOptions): Generator<Block> {
  const { design, cells, seed, visitsOf = () => none } = options;
  const random = seededRandom(`${seed}/visits`);
  const tried = new Map<string, number>();
  const triesOf = (cell: Cell, { rate }: WantedVisit): number => tried.get(`${cellKey(cell)}\n${rate}`) ?? 0;
  let block = 0;
  for (;;) {
    const owed = cells.flatMap((cell) => {
      const { made, lost } = visitsOf(cell);
      const countOf = ({ rate }: WantedVisit): number => made.filter((visit) => visit.rate === rate).length;
      return design
        .next(made, cells.length > 1)
        .filter((wanted) => Math.max(lost(wanted.rate), triesOf(cell, wanted) - countOf(wanted)) < mostLost)
        .map((wanted) => ({ cell, wanted }));
    });
    if (owed.length === 0) return;
    for (const { cell, wanted } of shuffled(owed, random)) {
      tried.set(`${cellKey(cell)}\n${wanted.rate}`, triesOf(cell, wanted) + 1);
      yield visitBlock(options, cell, wanted, ++block);
    }
    if (!options.visitsOf) return;
  }
}

function visitBlock(
  { design, prompts, seed, visitsOf = () => none }: VisitPlanOptions,
  cell: Cell,
  wanted: WantedVisit,
  block: number,
): PlannedRequest[] {
  const level = wanted.rate;
  const number = visitsOf(cell).begun(level) + 1;
  return visitSlots(design, prompts.length, seed, wanted, number).map(
    ({ isWarmup, offset, lengths, prompt: index }, n) => {
      const prompt = promptIn(cell, prompts[index]!);
      const phase = isWarmup ? 'warmup' : wanted.kind === 'ladder' ? 'ladder' : 'measure';
      const arrival = n + 1;
      const parts = {
        phase,
        repeat: number,
        prompt: prompt.id,
        visit: number,
        arrival,
        ...cell,
        level,
      } as const;
      return {
        key: requestKey(parts),
        phase,
        repeat: number,
        block,
        position: arrival,
        cell,
        prompt,
        visit: { load: design.load, level, number, arrival, ...defined({ offset, lengths }) },
      };
    },
  );
}

/** The requests of a visit, each with its prompt's place in the suite. The same for every model, in every process. */
export function visitSlots(
  design: Design,
  prompts: number,
  seed: number,
  wanted: WantedVisit,
  number: number,
): (Slot & { prompt: number })[] {
  const random = seededRandom(`${seed}/visit/${wanted.kind}/${wanted.rate}/${number}`);
  const slots = design.slots(wanted, prompts, random);
  let left: number[] = [];
  return slots.map((slot) => {
    if (left.length === 0) left = shuffled([...Array(prompts).keys()], random);
    return { ...slot, prompt: left.pop()! };
  });
}
