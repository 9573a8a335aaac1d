import { describe, expect, test } from 'vitest';
import { collected, failedRow, latencies } from '../../analysis/testing/rows.ts';
import { summary } from '../testing/sample-reports.ts';
import { curveOf, markWords, mostCurvePoints, percentileMark } from './curve.ts';

describe('a distribution', () => {
  test('steps up by an equal share at each value', async () => {
    const { cells } = await collected(...latencies('a', [40, 10, 30, 20]));
    expect(curveOf(cells[0]!, 'e2e_latency_ms')).toEqual({
      points: [
        { ms: 10, share: 0.25 },
        { ms: 20, share: 0.5 },
        { ms: 30, share: 0.75 },
        { ms: 40, share: 1 },
      ],
      answers: 4,
      failures: 0,
    });
  });

  test('ends below 1 by the share of failures', async () => {
    const { cells } = await collected(...latencies('a', [10, 20, NaN, NaN]));
    const curve = curveOf(cells[0]!, 'e2e_latency_ms')!;
    expect(curve.failures).toBe(2);
    expect(curve.points.at(-1)).toEqual({ ms: 20, share: 0.5 });
  });

  test('is not there where nothing was measured', async () => {
    const { cells } = await collected(failedRow());
    expect(curveOf(cells[0]!, 'e2e_latency_ms')).toBeUndefined();
  });

  test('is thinned to points that are all on the true curve, the ends among them', async () => {
    const values = Array.from({ length: 5000 }, (_, index) => index + 1);
    const { cells } = await collected(...latencies('a', values));
    const { points, answers } = curveOf(cells[0]!, 'e2e_latency_ms')!;
    expect(points).toHaveLength(mostCurvePoints);
    expect(answers).toBe(5000);
    expect([points[0]!.ms, points.at(-1)!.ms]).toEqual([1, 5000]);
    for (const { ms, share } of points) expect(share).toBeCloseTo(ms / 5000, 12);
  });
});

test('a marked percentile is the one of the summary, a bound where that is one, and none below its floor', () => {
  const model = summary('a', {
    e2e_latency_ms_p50: 1250,
    e2e_latency_ms_p90: 60_000,
    lower_bounds: ['e2e_latency_ms_p90'],
  });
  const words = (['p50', 'p90', 'p95'] as const).map((one) =>
    markWords(percentileMark(model, 'e2e_latency_ms', one)),
  );
  expect(words).toEqual(['1.25 s', '≥ 60 s', '–']);
});
