import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDescriptors, withinDescriptors } from './descriptors.ts';

const compat = [{ route: 'compat', host: 'gateway.example.com' }];

test('the limit of this very process is read', () => {
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -n'], { encoding: 'utf8' });
  if (stdout.trim() === 'unlimited') return;
  expect(readDescriptors()?.limit).toBeGreaterThanOrEqual(Number(stdout));
  expect(readDescriptors()?.open).toBeGreaterThan(3);
});

test('whatever the limit, what is allowed fits in it, and every lowering is said with what to do', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 3, max: 60 }),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 1, max: 3 }),
      (limit, open, inFlight, hosts) => {
        const routes = Array.from({ length: hosts }, (_, n) => ({ route: `r${n}`, host: `h${n}` }));
        try {
          const lowered = withinDescriptors({ inFlight, routes }, { limit, open });
          const most = lowered?.most ?? inFlight;
          expect(most).toBeGreaterThanOrEqual(1);
          expect(open + most * hosts).toBeLessThan(limit);
          if (!lowered) return;
          expect(most).toBeLessThan(inFlight);
          expect(lowered.note).toMatch(/ulimit -n \d+$/);
        } catch (error) {
          expect((error as Error).message).toMatch(/ulimit -n \d+\.$/);
          expect(limit).toBeLessThan(open + 20 + hosts);
        }
      },
    ),
  );
});

test('the built-in gateway holds the other end of each connection in the same process', () => {
  const at = (route: string): number =>
    withinDescriptors({ inFlight: 100, routes: [{ route, host: 'h' }] }, { limit: 120, open: 20 })!.most;
  expect(at('demo')).toBe(40);
  expect(at('local')).toBe(80);
});

test('routes to one host share its connections', () => {
  const routes = [...compat, { route: 'provider', host: 'gateway.example.com' }];
  expect(withinDescriptors({ inFlight: 70, routes }, { limit: 120, open: 20 })).toBeUndefined();
});

test('a system without the limit lowers nothing', () => {
  expect(withinDescriptors({ inFlight: 5000, routes: compat }, undefined)).toBeUndefined();
});
