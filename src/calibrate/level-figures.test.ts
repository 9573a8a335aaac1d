import { expect, test } from 'vitest';
import { levelFigures } from './level-figures.ts';
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
  loopUtilisation: 0.25,
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

test('a bound that broke while the machine or the server stood still is not the client’s', () => {
  const late = joined({ sentAt: 0, endedAt: 100, lagMs: 0, keyErrorMs: 9, keySpan: { from: 50, to: 59 } });
  const alone = { ...record, slots: [[late]] };
  const still = [{ from: 48, to: 52 }];
  expect(levelFigures(alone)?.bound).toMatchObject({ held: 0, broken_elsewhere: 0 });
  expect(levelFigures({ ...alone, pauses: still })?.bound).toMatchObject({ held: 0, broken_elsewhere: 1 });
  expect(levelFigures({ ...alone, stalls: still })?.bound).toMatchObject({ held: 0, broken_elsewhere: 1 });
});
