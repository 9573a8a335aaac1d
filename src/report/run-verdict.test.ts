import { describe, expect, test } from 'vitest';
import type { ModelSummary, PairRow } from '../analysis/summary-columns.ts';
import { latencies, pair, run, summary } from './testing/sample-reports.ts';
import { verdict } from './run-verdict.ts';

const swift = summary('swift', latencies(40, 312, 2));
const glm = summary('glm', latencies(80, 640, 2));
const kimi = summary('kimi', latencies(90, 700, 2));
const failing = summary('failing', { ...latencies(1, 2, 2), error_rate: 0.25 });

const whole = (models: ModelSummary[], pairs: PairRow[] = []): string =>
  verdict({ run: run({ success_floor: 0.9 }), models, pairs, warnings: [] });
const leaders = / Speed, pass rate and cost: .*?\.(?= [A-Z]| direct:|$)/g;
/** The sentences about speed alone. */
const said = (models: ModelSummary[], pairs: PairRow[] = []): string =>
  whole(models, pairs).replaceAll(leaders, '');

test('without a comparison it only says whose figure is lowest', () => {
  expect(said([swift, glm])).toBe(
    'swift has the lowest geometric mean E2E latency (312 ms); no comparison was made.',
  );
});

test('a winner is named when every other model is slower, with the nearest rival', () => {
  const pairs = [pair('swift', 'glm', 'slower', 2), pair('kimi', 'swift', 'faster', 0.4)];
  expect(said([swift, glm, kimi], pairs)).toBe(
    'swift is the fastest by E2E latency: glm takes 2.00× as long (95 % interval 1.80× to 2.20×), the others longer.',
  );
});

test('a winner over one rival has no others', () => {
  expect(said([swift, glm], [pair('swift', 'glm', 'slower', 2)])).toMatch(/2\.20×\)\.$/);
});

test('a single pair that is not settled takes the win away', () => {
  const pairs = [pair('swift', 'glm', 'not settled', 1.1), pair('swift', 'kimi', 'slower', 2)];
  expect(said([swift, glm, kimi], pairs)).toBe(
    'E2E latency: not settled between swift and glm; kimi is slower than swift.',
  );
});

test('what would settle it is said when it is known of all that is open', () => {
  const open = (other: string, cells: Partial<PairRow>): PairRow =>
    pair('swift', other, 'not settled', 1.1, cells);
  expect(
    said([swift, glm, kimi], [open('glm', { more_prompts: 12 }), open('kimi', { more_prompts: 34 })]),
  ).toBe(
    'E2E latency: not settled between swift and each of glm and kimi (12 more prompts would probably settle one of these, 34 all of them).',
  );
  expect(said([swift, glm, kimi], [open('glm', { more_prompts: 12 }), open('kimi', {})])).not.toContain(
    'would',
  );
});

test('equal, faster and uncompared models are called that', () => {
  const others = ['b', 'c', 'd'].map((name) => summary(name, latencies(90, 700, 2)));
  const pairs = [pair('swift', 'b', 'equal', 1.01), pair('swift', 'c', 'faster', 0.9)];
  expect(said([swift, ...others], pairs)).toBe(
    'E2E latency: c is faster than swift; b is as fast as swift within the margin; d is not compared with swift.',
  );
});

test('a model that is not ranked is named with the reason', () => {
  expect(said([swift, failing, summary('mute')])).toBe(
    'swift has a geometric mean E2E latency of 312 ms; no other model is ranked here. ' +
      'Not ranked: failing (25 % failed, 10 % allowed) and mute (no latency measured).',
  );
});

test('many names are cut to three', () => {
  const mute = ['a', 'b', 'c', 'd', 'e'].map((name) => summary(name));
  expect(said(mute)).toMatch(/^No model is ranked\. Not ranked: a \(.+\), b \(.+\), c \(.+\) and 2 more\.$/);
});

test('a bound is not a win', () => {
  const bound = (name: string, e2e: number): ModelSummary =>
    summary(name, { ...latencies(1, e2e, 1), lower_bounds: ['e2e_latency_ms_geomean'] });
  expect(said([bound('a', 60000), bound('b', 60000)])).toBe(
    'It is open which model is fastest: failed requests leave only lower bounds.',
  );
  expect(said([glm, bound('late', 600)])).toBe(
    'glm has the lowest known geometric mean E2E latency (640 ms), but that of late is only known to be at least 600 ms; no comparison was made.',
  );
  expect(said([glm, bound('late', 60000)])).toMatch(
    /^glm has the lowest geometric mean E2E latency \(640 ms\);/,
  );
});

test('on several routes a model is named with its route', () => {
  const direct = { ...swift, route: 'direct' };
  const models = [direct, { ...swift, route: 'compat' }];
  const text = verdict({ run: run({ routes: ['compat', 'direct'] }), models, pairs: [], warnings: [] });
  expect(text).toMatch(/^swift@direct has the lowest/);
});

test('on several routes the pairs are found by their names', () => {
  const models = [
    { ...swift, route: 'direct' },
    { ...swift, route: 'compat' },
  ];
  const pairs = [pair('swift@compat', 'swift@direct', 'not settled', 1)];
  const text = verdict({ run: run({ routes: ['compat', 'direct'] }), models, pairs, warnings: [] });
  expect(text.replaceAll(leaders, '')).toBe(
    'E2E latency: not settled between swift@direct and swift@compat.',
  );
});

test('several models on several routes are reported route by route', () => {
  const models = [swift, glm].flatMap((one) => ['compat', 'direct'].map((route) => ({ ...one, route })));
  const pairs = [
    pair('swift@compat', 'glm@compat', 'slower', 2),
    pair('swift@direct', 'glm@direct', 'not settled', 1),
    pair('swift@compat', 'swift@direct', 'equal', 1),
  ];
  const text = verdict({ run: run({ routes: ['compat', 'direct'] }), models, pairs, warnings: [] });
  expect(text.replaceAll(leaders, '')).toMatch(
    /^compat: swift is the fastest by E2E latency: glm takes 2\.00× as long.*\. direct: E2E latency: not settled between swift and glm\. What a route costs: gatebench compare RUN --by route\.$/,
  );
});

test('nothing measured is said', () => {
  expect(said([])).toBe('No model has a measured request.');
});

describe('speed is never reported alone', () => {
  const with_ = (model: ModelSummary, pass_rate?: number, cost?: number): ModelSummary => ({
    ...model,
    ...(pass_rate === undefined ? {} : { pass_rate }),
    ...(cost === undefined ? {} : { cost_per_1k_requests_usd: cost }),
  });
  const models = [with_(swift, 0.8, 0.5), with_(glm, 0.9, 0.4), with_(kimi, 0.98, 0.3)];

  test('pass rate and cost of the fastest are with it, and so are the models that passed most and cost least', () => {
    const pairs = [pair('swift', 'glm', 'slower', 2), pair('swift', 'kimi', 'slower', 2.2)];
    expect(whole(models, pairs)).toMatch(
      / Speed, pass rate and cost: swift 312 ms, 80 % passed, \$0\.50 per 1,000 requests; most passed: kimi 700 ms, 98 % passed, \$0\.30 per 1,000 requests; cheapest: kimi 700 ms, .*\.$/,
    );
  });

  test('all that may be the fastest are leaders, and named once', () => {
    const pairs = [pair('swift', 'glm', 'slower', 2), pair('swift', 'kimi', 'not settled', 1.1)];
    const text = whole(models, pairs);
    expect(text).toContain('cost: swift 312 ms, 80 % passed, $0.50 per 1,000 requests; kimi 700 ms, 98 %');
    expect(text).not.toMatch(/most passed|cheapest/);
  });

  test('unknown values are reported, not skipped', () => {
    expect(whole([swift, glm])).toMatch(/cost: swift 312 ms, nothing checked, no price\.$/);
    expect(whole([with_(swift, 1), glm])).toMatch(/cost: swift 312 ms, 100 % passed, no price\.$/);
  });
});
