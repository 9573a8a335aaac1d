import { expect, test } from 'vitest';
import { boundFigures, levelFigures, spreadOf, steadyPart } from './level-figures.ts';
import { joined } from './testing/joined.ts';

const record = {
  streams: 2,
  slots: [
    [
      joined({ sentAt: 0, endedAt: 100, arrivalErrors: [90, 90], ttftErrorMs: 90 }),
      joined({
        sentAt: 100,
        endedAt: 200,
        arrivalErrors: [1, 2],
        ttftErrorMs: 4,
        requestMs: 3,
        serverLateness: [5, 6],
      }),
    ],
    [joined({ sentAt: 50, endedAt: 220, arrivalErrors: [80, 80], ttftErrorMs: 80 })],
  ],
  asked: 4,
  pauses: [
    { from: 0, to: 5 },
    { from: 10, to: 17 },
  ],
  stalls: [],
  stolenMs: 310,
  loopUtilization: 0.25,
  cpuMs: 3,
};

test('errors come from the steady part; processor time, failures and pauses from the whole level', () => {
  expect(levelFigures(record)).toEqual({
    streams: 2,
    measured: 1,
    failed: 1,
    chunks: 2,
    arrival_error_ms: { n: 2, p50: 1.5, max: 2 },
    ttft_error_ms: { n: 1, p50: 4, max: 4 },
    request_ms: { n: 1, p50: 3, max: 3 },
    bound: { rows: 1, held: 1, broken_elsewhere: 0, median_ms: 0 },
    loop_utilisation: 0.25,
    cpu_us_per_chunk: 500,
    server_lateness_ms: { n: 2, p50: 5.5, max: 6 },
    pauses: { count: 2, longest_ms: 7 },
    stolen_ms: 310,
  });
});

test('nothing that can be compared gives no figures', () => {
  expect(levelFigures({ ...record, slots: [[], []] })).toBeUndefined();
});

test("a bound that broke while the machine or the server stood still is not the client's", () => {
  const late = joined({ sentAt: 0, endedAt: 100, lagMs: 0, keyErrorMs: 9, keySpan: { from: 50, to: 59 } });
  const alone = { ...record, slots: [[late]] };
  const still = [{ from: 48, to: 52 }];
  expect(levelFigures(alone)?.bound).toMatchObject({ held: 0, broken_elsewhere: 0 });
  expect(levelFigures({ ...alone, pauses: still })?.bound).toMatchObject({ held: 0, broken_elsewhere: 1 });
  expect(levelFigures({ ...alone, stalls: still })?.bound).toMatchObject({ held: 0, broken_elsewhere: 1 });
});

test('a spread of few values has no p99', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ n: 3, p50: 2, max: 3 });
  expect(spreadOf([])).toBeUndefined();
});

test('a spread of a hundred has one', () => {
  const values = Array.from({ length: 101 }, (_, n) => n);
  expect(spreadOf(values)).toEqual({ n: 101, p50: 50, p99: 99, max: 100 });
});

test('the bound holds up to the allowance of 1 ms, and rows without one do not count', () => {
  const rows = [
    joined({ lagMs: 2, keyErrorMs: 3 }),
    joined({ lagMs: 2, keyErrorMs: 3.01 }),
    joined({ lagMs: 0, keyErrorMs: 0.2 }),
    joined({ lagMs: undefined, keyErrorMs: 99 }),
  ];
  expect(boundFigures(rows, [])).toEqual({ rows: 3, held: 2, broken_elsewhere: 0, median_ms: 2 });
});

test('a bound that broke while something else stalled is distinguished from one that did not', () => {
  const late = { lagMs: 1, keyErrorMs: 20 };
  const rows = [
    joined({ ...late, keySpan: { from: 100, to: 120 } }),
    joined({ ...late, keySpan: { from: 200, to: 220 } }),
    joined({ keySpan: { from: 110, to: 111 } }),
  ];
  const pauses = [
    { from: 50, to: 100 },
    { from: 115, to: 118 },
  ];
  expect(boundFigures(rows, pauses)).toMatchObject({ rows: 3, held: 1, broken_elsewhere: 1 });
});

const run = (...times: (readonly [sentAt: number, endedAt: number])[]) =>
  times.map(([sentAt, endedAt]) => joined({ sentAt, endedAt }));

test('only streams that ran while every slot was busy', () => {
  const slots = [run([0, 100], [100, 200], [200, 300]), run([50, 150], [150, 250], [250, 350])];
  // All slots are busy from 50, when the second starts, to 300, when the first has finished.
  expect(steadyPart(slots).map(({ sentAt }) => sentAt)).toEqual([100, 200, 50, 150]);
});

test('one slot alone is always busy', () => {
  expect(steadyPart([run([0, 100], [100, 200])])).toHaveLength(2);
});

test('a slot without any stream does not count, and none at all leaves nothing', () => {
  expect(steadyPart([[], run([0, 100])])).toHaveLength(1);
  expect(steadyPart([[], []])).toEqual([]);
});
