import { expect, test } from 'vitest';
import type { Manifest } from '../journal/manifest.ts';
import { unprovenConcurrency } from './run-facts.ts';

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
  expect(unprovenConcurrency(manifest(ceilings, concurrency))).toBe(inFlight);
});

test('simulated models need no proof', () => {
  expect(unprovenConcurrency(manifest([undefined], 8, 'demo'))).toBeUndefined();
});
