import { expect, test } from 'vitest';
import type { Manifest } from '../journal/manifest.ts';
import { unprovenClocks } from './run-facts.ts';

const manifest = (
  ceilings: readonly (number | undefined)[],
  concurrency: number,
  route = 'compat',
): Manifest =>
  ({
    routes: [{ route }],
    suite: {
      models: ceilings.map((ceiling, index) => ({
        id: `m${index}`,
        ...(ceiling === undefined ? {} : { concurrency: ceiling }),
      })),
      run: { concurrency },
    },
  }) as unknown as Manifest;

test.each([
  ['what is asked for', [undefined], 8, 8],
  ['what the ceilings of the models leave of it', [1, 2], 8, 3],
  ['no more than is asked for', [8, 8], 4, 4],
] as const)('a clock has to be proven for %s', (_, ceilings, concurrency, inFlight) => {
  expect(unprovenClocks(manifest(ceilings, concurrency))).toEqual([{ concurrency: inFlight }]);
});

test('simulated models need no proof', () => {
  expect(unprovenClocks(manifest([undefined], 8, 'demo'))).toEqual([]);
});

test('where workers ask, the clock of each has to be proven, for what it may have in flight', () => {
  const level = { failed: 0, loop_utilisation: 0.1, bound: { rows: 9, held: 9, broken_elsewhere: 0 } };
  const spread = { n: 9, p50: 0.1, max: 0.2 };
  const proven = {
    levels: [{ ...level, streams: 4, ttft_error_ms: spread, arrival_error_ms: spread }],
  };
  const run = (...calibrations: unknown[]): Manifest => ({
    ...manifest([undefined], 8),
    workers: calibrations.map((calibration, n) => ({
      ...{ name: `w${n}`, version: '1.0.0', concurrency: 4, calibration },
    })),
  });
  expect(unprovenClocks(run(proven, proven))).toEqual([]);
  expect(unprovenClocks(run(proven, undefined))).toEqual([{ concurrency: 4, workers: ['w1'] }]);
  // The run's own machine sent some, too.
  expect(unprovenClocks({ ...run(proven), sent_here: true })).toEqual([{ concurrency: 8 }]);
  const calibration = { levels: proven.levels.map((each) => ({ ...each, streams: 8 })) };
  expect(unprovenClocks({ ...run(proven), sent_here: true, calibration })).toEqual([]);
  expect(unprovenClocks({ ...run(undefined), sent_here: true })).toHaveLength(2);
});
