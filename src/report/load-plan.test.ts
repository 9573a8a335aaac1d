import { expect, test } from 'vitest';
import { loadModeOf, type LoadSettings } from '../load/load-modes.ts';
import { plannedLoad } from './load-plan.ts';

const planned = (load: LoadSettings, isCompared = false) =>
  plannedLoad(load, loadModeOf(load).design!(load)!, {
    seconds: 20,
    ...(isCompared ? { compared: 'Models' } : {}),
  });

test('rates: their levels, windows, and how many visits must agree', () => {
  const { facts, settles, warnings } = planned({
    mode: 'open',
    rate: ['0.1/s', '1/s'],
    slo: { e2e_ms: 15_000 },
  });
  expect(facts).toEqual([
    'open loop at 0.1/s and 1/s',
    'Poisson arrivals',
    '8 visits of each level',
    'each for 10.0 min and 120 s',
  ]);
  expect(settles).toMatch(/E2E ≤ 15 s in 95 %.*7 of 8 visits agree/);
  expect(warnings).toEqual([]);
});

test('a ceiling that the rate alone would fill is reported with the number', () => {
  const { warnings } = planned({ mode: 'open', rate: '4/s' });
  expect(warnings).toEqual([
    expect.stringMatching(/about 80 requests are in flight, and load\.ceiling is 64/),
  ]);
});

test('too few visits decide nothing, and a search says how wide its answer will be', () => {
  expect(planned({ mode: 'open', rate: '1/s', visits: 3, slo: { ttft_ms: 9 } }).settles).toMatch(
    /3 visits can decide no level/,
  );
  expect(planned({ mode: 'limit', slo: { ttft_ms: 9 } }).settles).toMatch(/factor of 2 to 2\.4/);
  expect(planned({ mode: 'closed', levels: [1, 8] }).facts[0]).toBe('1 and 8 in flight, in turn');
});

test.each([
  [{ mode: 'open', rate: '1/s' }, /compared at each level by their 8 visits/],
  [{ mode: 'open', rate: '1/s', visits: 5 }, /5 visits settle no difference; 6 are the least/],
  [{ mode: 'closed', levels: [1, 8] }, /3 visits settle no difference;/],
  [{ mode: 'limit', slo: { ttft_ms: 9 } }, /differ if their known ranges do not overlap/],
])('several models under %j: what their comparison can settle', (load, words) => {
  expect(planned(load, true).settles).toMatch(words);
  expect(planned(load).settles).not.toMatch(words);
});

test('levels that are the same are one', () => {
  expect(planned({ mode: 'open', rate: ['1/s', '60/min'] }).facts[0]).toBe('open loop at 1/s');
  expect(planned({ mode: 'closed', levels: [2, 2] }).facts[0]).toBe('2 in flight, in turn');
  const requests = (levels: number[]): number => {
    const load = { mode: 'closed', levels };
    return loadModeOf(load).design!(load)!.expected(1, 20).requests;
  };
  expect(requests([2, 2])).toBe(requests([2]));
});

test('a search that would find its ceiling instead of the limit is reported, with the number', () => {
  const search = { mode: 'limit', slo: { e2e_ms: 20_000 }, limit: { to: '10/s' } };
  expect(planned(search).warnings).toEqual([expect.stringMatching(/about 3\.2\/s on.*load\.ceiling to 200/)]);
  expect(planned({ ...search, ceiling: 200 }).warnings).toEqual([]);
});

test.each([
  ['constant', 'evenly spaced'],
  [{ gamma: { burstiness: 4 } }, 'in bursts (gamma, 4)'],
  [{ trace: { file: 't.csv', offsets: [0, 1], recorded: 2 } }, 'as in t.csv (times, not its lengths)'],
  [
    { trace: { file: 't.csv', offsets: [0, 1], recorded: 20_000 } },
    'as in t.csv (the first 2 of its 20,000 times, not its lengths)',
  ],
])('arrivals %j', (arrivals, fact) => {
  expect(planned({ mode: 'open', rate: '1/s', arrivals }).facts).toContain(fact);
});

test('a tight SLO says how punctual this machine must be', () => {
  const asked = (slo: object): readonly string[] => planned({ mode: 'open', rate: '1/s', slo }).warnings;
  expect(asked({ e2e_ms: 20 })).toEqual([expect.stringMatching(/SLO of 20 ms .* at most 1 ms late/)]);
  expect(asked({ ttft_ms: 40, e2e_ms: 9000 })).toEqual([
    expect.stringMatching(/SLO of 40 ms .* at most 2 ms/),
  ]);
  expect(asked({ ttft_ms: 200 })).toEqual([]);
});
