import { expect, test } from 'vitest';
import { HandClock } from '../base/testing/hand-clock.ts';
import { normal, seededRandom } from '../base/random.ts';
import { loadModeOf, type LoadSettings } from '../load/load-modes.ts';
import { arrivalsOf } from '../plan/load-plan.ts';
import type { Block, PlannedRequest } from '../plan/plan.ts';
import { cell, prompt } from '../plan/testing/planned.ts';
import { planVisits } from '../plan/visits.ts';
import { counts, madeVisit, VisitLog, type VisitRow } from './visits.ts';

const load: LoadSettings = {
  mode: 'limit',
  window: '120s',
  warmup: '20s',
  washout: '10s',
  visits: 8,
  ceiling: 500,
  slo: { e2e_ms: 20_000, attainment: 0.95 },
  limit: { from: '0.05/s', to: '5/s', max_visits: 80 },
  min_arrivals: 6,
};

/** A good row, with the given differences. */
const rowOf = (planned: PlannedRequest, due: number, change: Partial<VisitRow>): VisitRow => ({
  event_id: planned.key,
  model: planned.cell.model.id,
  route: planned.cell.route,
  variant: undefined,
  vantage: undefined,
  version: undefined,
  phase: planned.phase,
  final: true,
  status: 'ok',
  invalid_reason: undefined,
  passed: undefined,
  error_family: undefined,
  error_code: undefined,
  scheduled_at: new Date(due).toISOString(),
  started_at: undefined,
  ended_at: undefined,
  level: planned.visit!.level,
  visit: planned.visit!.number,
  arrival: planned.visit!.arrival,
  late_ms: 0,
  ttft_ms: undefined,
  e2e_latency_ms: undefined,
  tpot_ms: undefined,
  ttft_due_ms: undefined,
  e2e_due_ms: undefined,
  completion_tokens: undefined,
  ...change,
});

/** A search from its plan to its figures, on a hand-driven clock: only the sockets are missing. */
async function search(seed: number) {
  const clock = new HandClock();
  const mode = loadModeOf(load);
  const design = mode.design!({ ...load, min_arrivals: 60, window: undefined })!;
  const prompts = [prompt('a'), prompt('b')];
  const log = new VisitLog({ design, prompts: prompts.length, seedOf: () => seed });
  const random = seededRandom(`service ${seed}`);
  const free = [0, 0, 0];
  let sent = 0;
  await clock.finish(
    mode.drive<PlannedRequest>(load, {
      concurrency: 1,
      lanes: [{ key: 'm', name: 'm' }],
      laneOf: () => 'm',
      blocks: arrivalsOf(
        planVisits({
          design,
          cells: [cell('m')],
          prompts,
          seed,
          visitsOf: (one) => log.of({ ...one, model: one.model.id }),
        }),
      ),
      perform: async ({ request, due }, gate) => {
        await gate.admit({
          ready: () => Promise.resolve(),
          send: async () => {
            sent++;
            const place = free.indexOf(Math.min(...free));
            const start = Math.max(clock.now(), free[place]!);
            const end = start + (6000 / Math.exp(0.18)) * Math.exp(0.6 * normal(random));
            free[place] = end;
            await clock.sleep(end - clock.now());
            log.add(rowOf(request, due!, { e2e_due_ms: end - due!, e2e_latency_ms: end - due! }));
          },
        });
      },
      affords: () => true,
      clock,
      stop: new AbortController().signal,
      note: () => undefined,
    }),
  );
  const made = log.visits().filter(counts).map(madeVisit);
  return { limit: design.limit!(made)!, made, sent, hours: clock.now() / 3_600_000 };
}

test('a service whose limit is known is bracketed, by about as many visits as foretold', async () => {
  // Where half of all visits of this queue pass: by bisection, as in limits.prove.ts, without any of this code.
  const truth = 0.448;
  const found = await Promise.all(Array.from({ length: 8 }, (_, seed) => search(seed)));
  const held = found.filter(({ limit }) => limit.held! <= truth && limit.broken! >= truth);
  expect(found.map(({ limit }) => limit.end)).toEqual(found.map(() => 'found'));
  expect(held.length).toBeGreaterThanOrEqual(7);
  const visits = found.map(({ made }) => made.length).toSorted((a, b) => a - b);
  expect(visits[4]!).toBeGreaterThan(25);
  expect(visits[4]!).toBeLessThan(45);
});

test('a visit that lost a worker is void, whatever else of it was answered, and is made again under the next number', () => {
  const settings: LoadSettings = { mode: 'open', rate: '1/s', window: '60s', visits: 1 };
  const design = loadModeOf(settings).design!(settings)!;
  const log = new VisitLog({ design, prompts: 1, seedOf: () => 7 });
  const of = () => log.of({ ...cell('m'), model: 'm' });
  const blocks = planVisits({ design, cells: [cell('m')], prompts: [prompt('a')], seed: 7, visitsOf: of });
  const send = (change: (n: number, count: number) => Partial<VisitRow>): number => {
    const block = blocks.next().value as Block | undefined;
    if (!block) throw new Error('nothing is planned any more');
    for (const [n, planned] of block.entries())
      log.add(rowOf(planned, planned.visit!.offset!, { e2e_due_ms: 10, ...change(n, block.length) }));
    return block[0]!.visit!.number;
  };
  const lost = {
    status: 'cancelled',
    final: false,
    error_family: 'client',
    error_code: 'worker_lost',
  } as const;
  expect(send((n, count) => (n === count - 1 ? lost : {}))).toBe(1);
  expect(log.latest()).toMatchObject({ isLost: true, isBrokenOff: false, outcome: { word: 'void' } });
  expect(of()).toMatchObject({ made: [] });
  // A loss in the warm-up counts as well: the load after it is unknown.
  expect(send((n) => (n === 0 ? lost : {}))).toBe(2);
  expect(log.latest()).toMatchObject({ isLost: true, outcome: { word: 'void' } });
  expect(send(() => ({}))).toBe(3);
  expect(log.latest()).toMatchObject({ isLost: false, outcome: { word: 'passed' } });
  expect(blocks.next().done).toBe(true);
});

test.each([
  { family: 'client', dropped: true },
  { family: 'provider', dropped: false },
  { family: 'gateway', dropped: false },
] as const)('a request is dropped only by this machine: a code of the $family', ({ family, dropped }) => {
  const settings: LoadSettings = { mode: 'open', rate: '1/s', window: '60s', visits: 1 };
  const design = loadModeOf(settings).design!(settings)!;
  const log = new VisitLog({ design, prompts: 1, seedOf: () => 7 });
  const of = () => log.of({ ...cell('m'), model: 'm' });
  const blocks = planVisits({ design, cells: [cell('m')], prompts: [prompt('a')], seed: 7, visitsOf: of });
  const block = blocks.next().value as Block;
  const failed = { status: 'error', error_family: family, error_code: 'dropped' } as const;
  for (const planned of block)
    log.add(
      rowOf(planned, planned.visit!.offset!, { e2e_due_ms: 10, ...(planned === block.at(-1) && failed) }),
    );
  expect(log.latest()!.outcome.dropped).toBe(dropped ? 1 : 0);
});
