import { expect, test } from 'vitest';
import type { LoadSettings } from '../load/load-modes.ts';
import { selectLoad, type LoadSelection } from './select-load.ts';

const open: LoadSettings = { mode: 'open', rate: '1/s', warmup: '5s', slo: { ttft_ms: 9 } };

test.each<[string, LoadSettings | undefined, LoadSelection, LoadSettings | undefined]>([
  ['no flag', open, {}, open],
  ['a rate', undefined, { rate: ['0.5/s', '30/min'] }, { mode: 'open', rate: ['0.5/s', '30/min'] }],
  [
    'another rate',
    open,
    { rate: ['2/s'], slo: ['e2e=15s', 'passed', 'attainment=0.9'] },
    { ...open, rate: ['2/s'], slo: { e2e_ms: 15_000, passed: true, attainment: 0.9 } },
  ],
  ['levels', open, { levels: [1, 2], visits: 5 }, { mode: 'closed', levels: [1, 2], visits: 5 }],
  ['a limit', open, { findLimit: true }, { mode: 'limit', warmup: '5s', slo: { ttft_ms: 9 } }],
  ['bursts', open, { arrivals: 'gamma:4' }, { ...open, arrivals: { gamma: { burstiness: 4 } } }],
  ['a window', open, { window: '5m', visits: 6 }, { ...open, window: '5m', visits: 6 }],
])('%s', (_name, load, flags, expected) => {
  expect(selectLoad(load, flags)).toEqual(expected);
});

test.each<[LoadSelection, RegExp]>([
  [{ rate: ['0.5'] }, /^--rate: a rate is a number with its unit.* not "0\.5"$/],
  [{ rate: ['20000/s'] }, /^--rate: 20000\/s is above 10000\/s/],
  [{ levels: [1], slo: ['e2e=1s'] }, /^--slo is about an open loop, and --levels about requests in flight/],
  [{ levels: [1], window: '60s' }, /^--window is about an open loop/],
  [{ visits: 8 }, /^--visits is about levels of a load/],
  [{ rate: ['1/s'], slo: ['e2e=1s', 'e2e=2s'] }, /^--slo: e2e is given twice/],
  [{ rate: ['1/s'], slo: ['e2e=0s'] }, /^--slo: e2e must be above 0/],
  [{ rate: ['1/s'], slo: ['attainment=95%'] }, /^--slo: attainment is a share .* such as 0\.95, not "95%"/],
  [{ rate: ['1/s'], slo: ['attainment='] }, /^--slo: attainment is a share/],
  [{ rate: ['1/s'], arrivals: 'gamma:99' }, /^--arrivals: must be at most 50/],
  [{ slo: ['e2e=15'] }, /--slo: e2e is a number with its unit/],
  [{ slo: ['fast'] }, /--slo: fast is none of ttft=2s/],
  [{ rate: ['1/s'], slo: ['attainment=99'] }, /^--slo: attainment is a share .* such as 0\.99, not "99"/],
  [{ rate: ['1/s'], arrivals: 'bursty' }, /--arrivals: bursty is none of/],
  [{ window: '60s' }, /--window is about an open loop. Add --rate/],
  [{ findLimit: true }, /^--find-limit: a search for a limit needs an SLO/],
  [{ findLimit: true, slo: ['e2e=1s'], visits: 3 }, /^--visits: 3 visits can decide no level/],
  [{ rate: ['1/s'], slo: ['attainment=1.5'] }, /such as 0\.95, not "1\.5"/],
  [{ rate: ['0.1/s'], window: '60s' }, /^--window: 60s holds about 6 requests/],
])('%o is refused', (flags, message) => {
  expect(() => selectLoad(undefined, flags)).toThrow(message);
});
