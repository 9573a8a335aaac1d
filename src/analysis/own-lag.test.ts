import { expect, test } from 'vitest';
import { seededRandom } from '../base/random.ts';
import type { RequestRow } from '../journal/request-columns.ts';
import { collected, row } from './testing/rows.ts';
import { compare } from './compare.ts';
import { shareLostToLag, tooBusy } from './own-lag.ts';
import { summarize } from './summarize.ts';
import { decideThresholds } from './thresholds.ts';

const timeoutMs = 60_000;

interface World {
  /** Milliseconds of the model itself, by route. */
  routes: Record<string, number>;
  /** Milliseconds of lag, random up to this. The stamp is late by a share of it. */
  lagMs: number;
  late: number;
}

/** Both routes ask twenty prompts five times. Rows say how late they can have been stamped. */
function rowsOf({ routes, lagMs, late }: World, seed = 'world'): RequestRow[] {
  const random = seededRandom(seed);
  return Object.entries(routes).flatMap(([route, typical]) =>
    Array.from({ length: 100 }, (_, n) => {
      const truth = typical * Math.exp(0.2 * (random() - 0.5)) * (1 + (n % 20) / 20);
      const lag = lagMs * random();
      const stamped = truth + lag * late;
      return row({
        route,
        prompt_id: `p${n % 20}`,
        repeat: 1 + Math.floor(n / 20),
        e2e_latency_ms: stamped,
        client_lag_ms: lag,
        lag_excluded: lag > 0.1 * stamped ? ['e2e_latency_ms'] : undefined,
      });
    }),
  );
}

test('no answer is left out for our lag: the figures rest on all of them', async () => {
  const run = await collected(...rowsOf({ routes: { direct: 50 }, lagMs: 30, late: 0.5 }));
  const [model] = summarize(run, { timeoutMs });
  expect(model).toMatchObject({ e2e_latency_ms_n: 100, invalid_share: 0 });
  expect(shareLostToLag(run.cells[0]!, 'e2e_latency_ms')).toBeGreaterThan(0.5);
});

test('an interval is wider by what our lag may have done, and never narrower', async () => {
  const geomean = async (lagMs: number) => {
    const [model] = summarize(await collected(...rowsOf({ routes: { direct: 50 }, lagMs, late: 0 })), {
      timeoutMs,
    });
    return model!;
  };
  const [calm, busy] = [await geomean(0), await geomean(20)];
  expect(busy.e2e_latency_ms_geomean).toBeCloseTo(calm.e2e_latency_ms_geomean!, 6);
  expect(busy.e2e_latency_ms_geomean_ci_high).toBeCloseTo(calm.e2e_latency_ms_geomean_ci_high!, 6);
  expect(busy.e2e_latency_ms_geomean_ci_low).toBeLessThan(calm.e2e_latency_ms_geomean_ci_low! - 5);
  expect(busy.e2e_latency_ms_p95_ci_low).toBeLessThan(calm.e2e_latency_ms_p95_ci_low!);
});

test('a lag beyond the value itself leaves the lower end open', async () => {
  const rows = rowsOf({ routes: { direct: 50 }, lagMs: 0, late: 0 });
  const [model] = summarize(await collected(...rows.map((one) => ({ ...one, client_lag_ms: 1000 }))), {
    timeoutMs,
  });
  expect(model!.e2e_latency_ms_geomean_ci_low).toBeUndefined();
  expect(model!.e2e_latency_ms_geomean_ci_high).toBeDefined();
});

test('routes compared on rows with lag: the difference that there is stays inside, and ends are finite', async () => {
  for (let n = 0; n < 20; n++) {
    const world = { routes: { direct: 20, compat: 40 }, lagMs: 10, late: 1 };
    const run = await collected(...rowsOf(world, `routes ${n}`));
    const [pair] = compare(run, { by: 'route', metrics: ['e2e_latency_ms'] }).pairs;
    const [direct, compat] = pair!.model_a.endsWith('direct') ? [1, -1] : [-1, 1];
    expect(direct + compat).toBe(0);
    expect(pair!.prompts).toBe(20);
    expect(pair!.difference_ci_low).toBeGreaterThan(-60);
    expect(pair!.difference_ci_high).toBeLessThan(60);
    // 20 ms on the quickest prompt, 40 ms on the slowest.
    const truth = direct * 20 * 1.475;
    expect(pair!.difference_ci_low!).toBeLessThan(truth);
    expect(pair!.difference_ci_high!).toBeGreaterThan(truth);
  }
});

test.each([
  [0.2, 'slower'],
  [0.3, 'not settled'],
])('no verdict rests on a metric that lost %f of its answers', async (share, verdict) => {
  const rows = rowsOf({ routes: { a: 100, b: 300 }, lagMs: 0.1, late: 0 }).map((one, n) => ({
    ...one,
    route: 'compat',
    model: one.route,
    lag_excluded: n % 100 < share * 100 ? ['e2e_latency_ms'] : undefined,
  }));
  const [pair] = compare(await collected(...rows), { metrics: ['e2e_latency_ms'] }).pairs;
  expect(pair).toMatchObject({ verdict });
});

test('too busy is a state with its metrics, and a loop that never rests is one, too', async () => {
  const calm = await collected(...rowsOf({ routes: { direct: 50 }, lagMs: 0.1, late: 0 }));
  const busy = await collected(...rowsOf({ routes: { direct: 50 }, lagMs: 30, late: 0 }));
  expect(tooBusy(calm)).toBeUndefined();
  expect(tooBusy(calm, 0.6)).toBeUndefined();
  expect(tooBusy(calm, 0.7)).toEqual({ metrics: [], loop_utilisation: 0.7 });
  expect(tooBusy(busy)?.metrics).toMatchObject([{ route: 'direct', metric: 'e2e_latency_ms' }]);
});

test('rate(valid) counts what the way or the model spoiled, and never our lag', async () => {
  const rows = rowsOf({ routes: { direct: 50 }, lagMs: 30, late: 0 });
  // Rows of an earlier version, which decided lag for the whole row.
  const earlier = rows.map((one) => ({ ...one, valid: false, invalid_reason: ['client_lag'] }));
  const spoiled = rows.map((one) => ({ ...one, valid: false, invalid_reason: ['client_lag', 'cache_hit'] }));
  const threshold = {
    metric: 'rate(valid)',
    statistic: 'rate',
    column: 'valid',
    min: 0.9,
    strict: true,
    line: 1,
  } as const;
  for (const [given, value] of [
    [rows, 1],
    [earlier, 1],
    [spoiled, 0],
  ] as const) {
    const [result] = decideThresholds([threshold], await collected(...given), { timeoutMs });
    expect(result).toMatchObject({ value });
  }
});
