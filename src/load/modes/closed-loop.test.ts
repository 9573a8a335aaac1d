import { cellKey, type Cell } from '../../plan/cell.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HandClock } from '../../base/testing/hand-clock.ts';
import { planBlocks } from '../../plan/blocks.ts';
import type { Block, PlannedRequest } from '../../plan/plan.ts';
import { arrivalsOf, laneOf } from '../../plan/load-plan.ts';
import { cell, prompt } from '../../plan/testing/planned.ts';
import { closedLoop } from './closed-loop.ts';
import type { LoadRun } from '../load-mode.ts';

/** This many blocks of one prompt each, cells in random order. */
function blocksOf(cells: readonly Cell[], blocks: number): Block[] {
  return [
    ...planBlocks({ cells, prompts: [prompt('p')], repeat: blocks, warmup: 0, order: 'blocks', seed: 1 }),
  ];
}

/** Behavior of one request: the duration of each of its attempts. No attempts: it is skipped. */
type Behavior = (planned: PlannedRequest) => readonly number[];

/** A run in which only the load mode is real: it records what the load mode does. */
class Simulation {
  readonly clock = new HandClock();
  readonly stop = new AbortController();
  readonly performed: PlannedRequest[] = [];
  /** First attempts sent, and requests finished, by cell. */
  readonly sent = new Map<string, number>();
  readonly ended = new Map<string, number>();
  readonly inFlight = new Map<string, number>();
  readonly #total: number;
  readonly #cells: readonly Cell[];
  readonly #behavior: Behavior;
  /** Called at every send. */
  onSend: (planned: PlannedRequest) => void = () => undefined;
  /** Whether the next send fits the budget now. */
  fits: () => boolean = () => true;

  constructor(total: number, cells: readonly Cell[], behavior: Behavior) {
    this.#total = total;
    this.#cells = cells;
    this.#behavior = behavior;
    for (const one of cells)
      for (const map of [this.sent, this.ended, this.inFlight]) map.set(cellKey(one), 0);
  }

  get totalInFlight(): number {
    return this.inFlight.values().reduce((sum, n) => sum + n, 0);
  }

  drive(blocks: Iterable<Block>, perform: LoadRun<PlannedRequest>['perform'] = this.perform): Promise<void> {
    return closedLoop.drive(
      {},
      {
        blocks: arrivalsOf(blocks),
        concurrency: this.#total,
        lanes: this.#cells.map(laneOf),
        laneOf: ({ cell }: PlannedRequest) => cellKey(cell),
        perform,
        affords: () => true,
        clock: this.clock,
        stop: this.stop.signal,
        note: () => undefined,
      },
    );
  }

  readonly perform: LoadRun<PlannedRequest>['perform'] = async ({ request: planned }, gate) => {
    this.performed.push(planned);
    const key = cellKey(planned.cell);
    for (const [attempt, duration] of this.#behavior(planned).entries())
      await gate.admit({
        ready: () => Promise.resolve(),
        send: () => (this.fits() ? this.#send(planned, attempt, duration) : undefined),
      });
    this.#add(this.ended, key, 1);
  };

  async #send(planned: PlannedRequest, attempt: number, duration: number): Promise<void> {
    const key = cellKey(planned.cell);
    if (attempt === 0) this.#add(this.sent, key, 1);
    this.#add(this.inFlight, key, 1);
    this.onSend(planned);
    await this.clock.sleep(duration);
    this.#add(this.inFlight, key, -1);
  }

  /** By cell, in the order of the cells. */
  counts(of: Map<string, number>): number[] {
    return this.#cells.map((one) => of.get(cellKey(one))!);
  }

  #add(map: Map<string, number>, key: string, n: number): void {
    map.set(key, map.get(key)! + n);
  }
}

const never = Infinity;

/** Any mix of cells with their own ceilings, requests of any length, retries and skipped ones. */
const anyRun = fc
  .record({
    ceilings: fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 4,
    }),
    total: fc.integer({ min: 1, max: 8 }),
    blocks: fc.integer({ min: 0, max: 12 }),
    durations: fc.array(fc.array(fc.nat(50), { maxLength: 3 }), { minLength: 1, maxLength: 30 }),
  })
  .map(({ ceilings, total, blocks, durations }) => {
    const cells = ceilings.map((concurrency, n) =>
      cell(`m${n}`, concurrency === undefined ? {} : { concurrency }),
    );
    let asked = 0;
    const simulation = new Simulation(total, cells, () => durations[asked++ % durations.length]!);
    const ceilingOf = ({ model }: Cell): number =>
      Math.min(model.concurrency ?? Math.max(1, Math.floor(total / cells.length)), total);
    return { simulation, cells, total, blocks: blocksOf(cells, blocks), ceilingOf };
  });

describe('whatever the mix of cells, ceilings, lengths, retries and skips', () => {
  test('every request is performed exactly once, in the order of the plan', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ simulation, blocks }) => {
        await simulation.clock.finish(simulation.drive(blocks));
        expect(simulation.performed).toEqual(blocks.flat());
        expect(simulation.totalInFlight).toBe(0);
      }),
    );
  });

  test('never more is in flight than the total allows, nor of one cell than its ceiling', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ simulation, total, blocks, ceilingOf }) => {
        simulation.onSend = (planned) => {
          expect(simulation.totalInFlight).toBeLessThanOrEqual(total);
          expect(simulation.inFlight.get(cellKey(planned.cell))).toBeLessThanOrEqual(ceilingOf(planned.cell));
        };
        await simulation.clock.finish(simulation.drive(blocks));
      }),
    );
  });

  test('no cell runs further ahead of another than the highest ceiling and one', async () => {
    const anyWithoutSkips = anyRun.filter(({ blocks }) => blocks.length > 3);
    await fc.assert(
      fc.asyncProperty(anyWithoutSkips, fc.integer({ min: 1, max: 40 }), async (mix, slowness) => {
        const cells = mix.cells;
        const simulation = new Simulation(mix.total, cells, (planned) => [
          planned.cell === cells[0] ? slowness : 1,
        ]);
        const window = Math.max(...cells.map(mix.ceilingOf)) + 1;
        simulation.onSend = () => {
          const sent = simulation.counts(simulation.sent);
          expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(window);
        };
        await simulation.clock.finish(simulation.drive(mix.blocks));
      }),
    );
  });

  test('a stop ends the handing out at once, and the run when what was handed out is over', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.nat(20), async ({ simulation, blocks }, steps) => {
        const run = simulation.drive(blocks);
        await simulation.clock.settle();
        for (let n = 0; n < steps; n++) await simulation.clock.step();
        simulation.stop.abort();
        const handedOut = simulation.performed.length;
        await simulation.clock.finish(run);
        expect(simulation.performed).toHaveLength(handedOut);
        expect(simulation.counts(simulation.ended).reduce((sum, n) => sum + n, 0)).toBe(handedOut);
      }),
    );
  });

  test('an error ends it with that error, nothing is sent after it, and what was on its way ends first', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, fc.nat(30), async ({ simulation, blocks }, failing) => {
        const error = new Error('the disk is full');
        let failed = false;
        let sentAfter = 0;
        simulation.onSend = () => (sentAfter += failed ? 1 : 0);
        const run = simulation.drive(blocks, async (arrival, gate) => {
          await simulation.perform(arrival, gate);
          if (arrival.request !== blocks.flat()[failing]) return;
          setImmediate(() => (failed = true));
          throw error;
        });
        const outcome = await simulation.clock.finish(run.catch((reason: unknown) => reason));
        expect(outcome).toBe(failing < blocks.flat().length ? error : undefined);
        expect(sentAfter).toBe(0);
        expect(simulation.totalInFlight).toBe(0);
      }),
    );
  });
});

test('the slowest cell sets the time of the run, and the others lose nothing by it', async () => {
  const [slow, fast, faster] = [cell('slow'), cell('fast'), cell('faster')];
  const lengths = new Map([
    [slow, 100],
    [fast, 30],
    [faster, 1],
  ]);
  const simulation = new Simulation(3, [slow, fast, faster], ({ cell }) => [lengths.get(cell)!]);
  let slowFrom: number | undefined;
  simulation.onSend = ({ cell }) => (slowFrom ??= cell === slow ? simulation.clock.now() : undefined);
  await simulation.clock.finish(simulation.drive(blocksOf([slow, fast, faster], 10)));
  expect(simulation.clock.now() - slowFrom!).toBe(1000);
});

test('while one cell hangs, the others go on up to the window and wait there', async () => {
  const [hung, fast, faster] = [cell('hung'), cell('fast'), cell('faster')];
  const simulation = new Simulation(3, [hung, fast, faster], ({ cell }) => [cell === hung ? never : 1]);
  void simulation.drive(blocksOf([hung, fast, faster], 50));
  await simulation.clock.runOut();
  // One slot each. The hung one has sent its first, and two more blocks may be open.
  expect(simulation.counts(simulation.sent)).toEqual([1, 3, 3]);
  expect(simulation.counts(simulation.ended)).toEqual([0, 3, 3]);
});

test('a skipped request delays no other, nor does a block without any', async () => {
  const [off, on] = [cell('off'), cell('on')];
  const simulation = new Simulation(2, [off, on], ({ cell }) => (cell === off ? [] : [10]));
  const blocks = blocksOf([off, on], 20).flatMap((block) => [block, []]);
  await simulation.clock.finish(simulation.drive(blocks));
  expect(simulation.counts(simulation.sent)).toEqual([0, 20]);
});

test('a request that tries again keeps its place: none that came later gets ahead, to be refused as it was', async () => {
  const one = cell('one', { concurrency: 1 });
  const simulation = new Simulation(1, [one], ({ block }) => (block === 1 ? [10, 10] : [10]));
  const order: number[] = [];
  simulation.onSend = ({ block }) => order.push(block);
  await simulation.clock.finish(simulation.drive(blocksOf([one], 4)));
  expect(order).toEqual([1, 1, 2, 3, 4]);
});

test('a plan is read only as far as it is needed', async () => {
  const one = cell('one');
  let read = 0;
  const simulation = new Simulation(1, [one], () => [never]);
  const blocks = blocksOf([one], 50);
  void simulation.drive({
    *[Symbol.iterator]() {
      for (const block of blocks) {
        read++;
        yield block;
      }
    },
  });
  await simulation.clock.settle();
  // One in flight, two in the window, and one waiting to enter.
  expect(read).toBe(4);
});

test('what fits the budget only when another has cost less than it might waits for that, and no longer', async () => {
  const one = cell('one');
  const simulation = new Simulation(4, [one], () => [10]);
  simulation.fits = () => simulation.totalInFlight < 2;
  let most = 0;
  simulation.onSend = () => (most = Math.max(most, simulation.totalInFlight));
  await simulation.clock.finish(simulation.drive(blocksOf([one], 8)));
  expect([most, simulation.performed.length]).toEqual([2, 8]);
});

test('an error while others wait for the budget: none of them is sent', async () => {
  const one = cell('one');
  const simulation = new Simulation(4, [one], () => [10]);
  simulation.fits = () => simulation.totalInFlight < 1;
  const run = simulation.drive(blocksOf([one], 8), (arrival, gate) =>
    simulation.perform(arrival, {
      ...gate,
      admit: (attempt) =>
        gate.admit({
          ...attempt,
          send: () => attempt.send()?.then(() => Promise.reject(new Error('the disk is full'))),
        }),
    }),
  );
  await expect(simulation.clock.finish(run)).rejects.toThrow('the disk is full');
  expect(simulation.counts(simulation.sent)).toEqual([1]);
});

test('short requests are not held to one every 3 ms: only the opening wave is spread', async () => {
  const one = cell('one');
  const simulation = new Simulation(4, [one], () => [1]);
  const sentAt = new Map<number, number>();
  simulation.onSend = ({ block }) => sentAt.set(block, simulation.clock.now());
  await simulation.clock.finish(simulation.drive(blocksOf([one], 40)));
  expect([1, 2, 3, 4].map((block) => sentAt.get(block))).toEqual([0, 3, 6, 9]);
  // Four slots send up to four a millisecond; at one every 3 ms, 40 requests would take 117 ms.
  expect(sentAt.get(40)).toBeLessThan(30);
});

test('a visit of a level that loses a sender is broken off, and the next one is made', async () => {
  const clock = new HandClock();
  const sent: number[] = [];
  const visit = Array.from({ length: 10 }, (_, request) => ({ request, level: 2 }));
  const drive = closedLoop.drive<number>(
    { levels: [2] },
    {
      blocks: [visit, visit.map(({ request, level }) => ({ request: request + 100, level }))],
      ...{ concurrency: 2, lanes: [{ key: 'a', name: 'a' }], laneOf: () => 'a' },
      perform: ({ request }, gate) =>
        gate.admit({
          ready: () => Promise.resolve(),
          send: async () => {
            sent.push(request);
            await clock.sleep(10);
            gate.ended({ rateLimited: false, isLost: request === 1 });
          },
        }),
      affords: () => true,
      ...{ clock, stop: new AbortController().signal, note: () => undefined },
    },
  );
  await clock.finish(drive);
  // Those that waited to enter the level are sent, and no more.
  expect(sent.filter((request) => request < 100).length).toBeLessThan(8);
  expect(sent.filter((request) => request >= 100)).toEqual(visit.map(({ request }) => request + 100));
});

test('stopped before it began, nothing is handed out', async () => {
  const one = cell('one');
  const simulation = new Simulation(1, [one], () => [1]);
  simulation.stop.abort();
  await simulation.drive(blocksOf([one], 5));
  expect(simulation.performed).toEqual([]);
});

test('nothing to do is done at once', async () => {
  await new Simulation(1, [cell('one')], () => [1]).drive([]);
});
