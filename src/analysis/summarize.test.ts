import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collected, decodeRow, failedRow, latencies, row } from './testing/rows.ts';
import { summarize } from './summarize.ts';

const options = { timeoutMs: 300_000 };
const ten = [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000];

test('figures of ten prompts, by hand', async () => {
  const [summary] = summarize(await collected(...latencies('a', ten)), options);
  expect(summary).toMatchObject({
    run_id: 'run-1',
    suite: 'smoke',
    route: 'compat',
    model: 'a',
    model_id: 'wire/a',
    prompts: 10,
    requests: 10,
    successes: 10,
    error_rate: 0,
    invalid_share: 0,
    e2e_latency_ms_n: 10,
    e2e_latency_ms_mean: 550,
    e2e_latency_ms_min: 100,
    e2e_latency_ms_max: 1000,
    e2e_latency_ms_p50: 550,
  });
  // The geometric mean of 1 … 10 is (10!)^(1 ÷ 10).
  expect(summary?.e2e_latency_ms_geomean).toBeCloseTo(100 * 3628800 ** 0.1, 9);
  expect(summary?.e2e_latency_ms_geomean_ci_low).toBeLessThan(summary!.e2e_latency_ms_geomean!);
});

test('the geometric mean takes the median of each prompt first', async () => {
  const rows = [1, 2, 1000].map((e2e_latency_ms, index) => row({ repeat: index + 1, e2e_latency_ms }));
  const [summary] = summarize(await collected(...rows, row({ prompt_id: 'p2', e2e_latency_ms: 8 })), options);
  expect(summary?.e2e_latency_ms_geomean).toBeCloseTo(Math.sqrt(2 * 8), 12);
});

test('what was not measured is empty', async () => {
  const [summary] = summarize(await collected(row({ e2e_latency_ms: 5 })), options);
  expect(summary).toMatchObject({ ttft_ms_n: 0 });
  for (const name of [
    'ttft_ms_geomean',
    'ttft_ms_mean',
    'ttft_ms_p50',
    'pass_rate',
    'total_tokens',
    'cost_usd',
  ] as const)
    expect(summary?.[name]).toBeUndefined();
  expect(summary?.lower_bounds).toBeUndefined();
});

test('percentiles below their sample floor are empty', async () => {
  const at = async (n: number) =>
    summarize(
      await collected(
        ...latencies(
          'a',
          Array.from({ length: n }, (_, index) => index + 1),
        ),
      ),
      options,
    )[0]!;
  expect((await at(3)).e2e_latency_ms_p50).toBeUndefined();
  expect((await at(4)).e2e_latency_ms_p50).toBe(2.5);
  expect((await at(19)).e2e_latency_ms_p90).toBeUndefined();
  expect((await at(20)).e2e_latency_ms_p90).toBeDefined();
  expect((await at(39)).e2e_latency_ms_p95).toBeUndefined();
  expect((await at(40)).e2e_latency_ms_p95).toBeDefined();
  expect((await at(499)).e2e_latency_ms_p99).toBeUndefined();
  expect((await at(500)).e2e_latency_ms_p99).toBeDefined();
});

test('p95 of forty prompts has a lower end and no upper one', async () => {
  const [summary] = summarize(
    await collected(
      ...latencies(
        'a',
        Array.from({ length: 40 }, (_, n) => n + 1),
      ),
    ),
    options,
  );
  expect(summary?.e2e_latency_ms_p95_ci_low).toBeDefined();
  expect(summary?.e2e_latency_ms_p95_ci_high).toBeUndefined();
});

test('a failed request is slower than any success, and what rests on it says so', async () => {
  const failing = [1, 2, 3, 4, Infinity, Infinity, Infinity, Infinity, Infinity, Infinity];
  const [summary] = summarize(await collected(...latencies('a', failing)), options);
  expect(summary).toMatchObject({
    successes: 4,
    error_rate: 0.6,
    e2e_latency_ms_n: 4,
    e2e_latency_ms_mean: 2.5,
    e2e_latency_ms_max: 4,
    e2e_latency_ms_p50: 300_000,
    e2e_latency_ms_geomean_ci_high: undefined,
    e2e_latency_ms_p50_ci_high: undefined,
  });
  expect(summary?.e2e_latency_ms_geomean).toBeCloseTo(24 ** 0.1 * 300_000 ** 0.6, 6);
  expect(summary?.lower_bounds).toEqual([
    'e2e_latency_ms_geomean',
    'e2e_latency_ms_geomean_ci_low',
    'e2e_latency_ms_p50',
  ]);
});

test('one failure in three repeats leaves the geometric mean a measurement', async () => {
  const rows = [row({ e2e_latency_ms: 4 }), row({ repeat: 2, e2e_latency_ms: 6 }), failedRow({ repeat: 3 })];
  const [summary] = summarize(await collected(...rows), options);
  expect(summary?.e2e_latency_ms_geomean).toBeCloseTo(6, 12);
  expect(summary?.lower_bounds).toBeUndefined();
});

test('the rate of a failed request is at most one token in the timeout', async () => {
  const rows = [1, 2, 3, 4].map((n) => decodeRow(20, 20, { prompt_id: `p${n}` }));
  const failed = [5, 6, 7, 8, 9].map((n) => failedRow({ prompt_id: `p${n}` }));
  const [summary] = summarize(await collected(...rows, ...failed), options);
  expect(summary?.output_tps_p50).toBeCloseTo(1000 / 300_000, 12);
  expect(summary?.lower_bounds).toContain('output_tps_p50');
  // Written text was written at that speed, however many others failed.
  expect(summary?.output_tps).toBeCloseTo(50, 9);
  expect(summary?.lower_bounds).not.toContain('output_tps');
});

test('TPOT is all decode time over all tokens, however the answers differ in length, and tok/s its reciprocal', async () => {
  // 10 tokens at 30 ms and 990 at 10 ms: 10,200 ms for 1000 tokens. The mean of the two rates says 20 ms.
  const rows = [decodeRow(10, 30), decodeRow(990, 10, { prompt_id: 'p2' })];
  const [summary] = summarize(await collected(...rows), options);
  expect(summary?.tpot_ms).toBeCloseTo(10.2, 9);
  expect(summary?.output_tps).toBeCloseTo(1000 / 10.2, 9);
  expect(summary?.tpot_ms_n).toBe(2);
  expect(Object.keys(summary!)).not.toContain('tpot_ms_geomean');
});

test('answers that carry no rate have no say in it: not measured, left out, or failed', async () => {
  const rows = [
    decodeRow(100, 10),
    row({ repeat: 2, ttft_ms: 100, e2e_latency_ms: 100.04 }),
    decodeRow(100, 90, { repeat: 3, valid: false, invalid_reason: ['buffered'] }),
    failedRow({ repeat: 4 }),
  ];
  const [summary] = summarize(await collected(...rows), options);
  expect(summary?.tpot_ms).toBeCloseTo(10, 9);
  const [none] = summarize(await collected(rows[1]!, rows[3]!), options);
  expect([none?.tpot_ms, none?.output_tps, none?.tpot_ms_ci_low]).toEqual([undefined, undefined, undefined]);
});

test('tok/s is 1000 ÷ TPOT in point and interval, and the interval holds the point, whatever the answers', () => {
  const answer = fc.record({
    prompt_id: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
    repeat: fc.nat(9),
    tokens: fc.integer({ min: 8, max: 4000 }),
    tpot: fc.double({ min: 0.5, max: 500, noNaN: true }),
  });
  return fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 20 }), async (answers) => {
      const rows = answers.map(({ tokens, tpot, ...cells }) => decodeRow(tokens, tpot, cells));
      const [it] = summarize(await collected(...rows), options);
      expect(it!.output_tps! * it!.tpot_ms!).toBeCloseTo(1000, 6);
      expect(it!.tpot_ms!).toBeGreaterThanOrEqual(it!.tpot_ms_min! * (1 - 1e-9));
      expect(it!.tpot_ms!).toBeLessThanOrEqual(it!.tpot_ms_max! * (1 + 1e-9));
      if (it!.prompts < 2)
        expect([it!.tpot_ms_ci_low, it!.output_tps_ci_high]).toEqual([undefined, undefined]);
      else {
        expect(it!.tpot_ms_ci_low! * it!.output_tps_ci_high!).toBeCloseTo(1000, 6);
        expect(it!.tpot_ms_ci_low!).toBeLessThanOrEqual(it!.tpot_ms! * (1 + 1e-9));
        expect(it!.tpot_ms_ci_high!).toBeGreaterThanOrEqual(it!.tpot_ms! * (1 - 1e-9));
      }
    }),
  );
});

test('a model that never answers has no latency at all', async () => {
  const [summary] = summarize(
    await collected(...latencies('a', [Infinity, Infinity, Infinity, Infinity])),
    options,
  );
  expect(summary).toMatchObject({
    successes: 0,
    error_rate: 1,
    e2e_latency_ms_n: 0,
    invalid_share: undefined,
  });
  expect(summary?.e2e_latency_ms_geomean).toBeUndefined();
});

test('failures do not speak for a prompt whose answers were not measured', async () => {
  const rows = [row({ ttft_ms: undefined }), failedRow({ repeat: 2 }), row({ prompt_id: 'p2', ttft_ms: 80 })];
  const [summary] = summarize(await collected(...rows), options);
  expect(summary?.ttft_ms_geomean).toBeCloseTo(80, 12);
});

test('the fastest comes first, never one that fails too often, nor one without a latency', async () => {
  const rows = [
    ...latencies(
      'slow',
      ten.map((value) => value * 2),
    ),
    ...latencies('fast', ten),
    ...latencies('failing', [...ten.slice(0, 8).map((value) => value / 10), Infinity, Infinity]),
    row({ model: 'unmeasured' }),
    ...latencies('bound', [...ten.slice(0, 9).map((value) => value / 1e6), Infinity]),
  ];
  const order = summarize(await collected(...rows), options).map(({ model }) => model);
  expect(order).toEqual(['fast', 'slow', 'bound', 'failing', 'unmeasured']);
});

test('pass rate is a share of the checked answers, its interval clustered by prompt', async () => {
  const rows = Array.from({ length: 20 }, (_, index) => row({ prompt_id: `p${index}`, passed: index > 0 }));
  const [summary] = summarize(await collected(...rows, row({ prompt_id: 'unchecked' })), options);
  expect(summary?.pass_rate).toBe(0.95);
  expect(summary?.pass_rate_ci_low).toBeGreaterThan(0.6);
  expect(summary?.pass_rate_ci_low).toBeLessThan(0.8);
  expect(summary?.pass_rate_ci_high).toBeGreaterThan(0.98);
});

test('sums and means of tokens and costs are over the answers that reported them', async () => {
  const rows = [
    row({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost_usd: 0.001 }),
    row({ repeat: 2, prompt_tokens: 10, completion_tokens: 15, total_tokens: 25, cost_usd: 0.003 }),
    row({ repeat: 3 }),
  ];
  expect(summarize(await collected(...rows), options)[0]).toMatchObject({
    prompt_tokens: 20,
    completion_tokens: 20,
    reasoning_tokens: undefined,
    total_tokens: 40,
    tokens_per_request: 20,
    cost_usd: 0.004,
    cost_per_1k_requests_usd: 2,
  });
});

test('the same rows in another order give the same summaries', async () => {
  const rows = [...latencies('a', [0.1, 0.2, 0.3, 0.7, 1e9]), ...latencies('b', ten)];
  const there = summarize(await collected(...rows), options);
  expect(summarize(await collected(...rows.toReversed()), options)).toEqual(there);
});

test('a model exactly at the success floor is ranked by its latency, one below it is last', async () => {
  const nine = (model: string, failures: number, e2e_latency_ms: number) =>
    Array.from({ length: 20 }, (_, n) =>
      n < failures ? failedRow({ model, repeat: n + 1 }) : row({ model, repeat: n + 1, e2e_latency_ms }),
    );
  const rows = [...nine('slow', 0, 900), ...nine('below', 3, 1), ...nine('at', 2, 100)];
  for (const all of [rows, rows.toReversed()]) {
    const models = summarize(await collected(...all), options);
    expect(models.map(({ model, successes, requests }) => [model, successes / requests])).toEqual([
      ['at', 0.9],
      ['slow', 1],
      ['below', 0.85],
    ]);
  }
});
