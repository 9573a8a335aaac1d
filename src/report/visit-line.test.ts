import { expect, test } from 'vitest';
import type { Visit } from '../analysis/visits.ts';
import { cell, planned, prompt } from '../plan/testing/planned.ts';
import { underWay, visitLine } from './visit-line.ts';

const outcome: Visit['outcome'] = {
  ...{ arrivals: 50, good: 48, dropped: 0, achieved: 1, share: 0.96, unstable: false, word: 'passed' },
};
const visit: Visit = {
  ...{ cell: { model: 'swift', route: 'demo' }, load: 'open', level: 5, kind: 'visit', number: 2 },
  ...{ slo: { e2eMs: 1000, attainment: 0.9 }, rows: [], outcome, windowMs: 10_000 },
  ...{ isLost: false, isBrokenOff: false },
};

test.each<[string, Omit<Partial<Visit>, 'slo'> & { slo?: undefined }, Partial<Visit['outcome']>, string]>([
  ['all in time', {}, {}, 'swift at 5/s, visit 2: 48 of 50 good in 10 s, 5/s sent in time, passed'],
  [
    'some late',
    {},
    { achieved: 0.9, word: 'void' },
    'swift at 5/s, visit 2: 48 of 50 good in 10 s, 4.5/s sent in time (90 %), void',
  ],
  [
    'a growing queue',
    { kind: 'ladder' },
    { unstable: true, word: 'failed' },
    'swift at 5/s, rung: 48 of 50 good in 10 s, 5/s sent in time, its queue was still growing, failed',
  ],
  [
    'a full ceiling',
    {},
    { dropped: 2, word: 'failed' },
    'swift at 5/s, visit 2: 48 of 50 good in 10 s, 5/s sent in time, 2 dropped, failed',
  ],
  [
    'nothing asked of it',
    { slo: undefined },
    {},
    'swift at 5/s, visit 2: 48 of 50 answered in 10 s, 5/s sent in time',
  ],
  [
    'requests in flight',
    { slo: undefined, load: 'closed', level: 4 },
    {},
    'swift at 4 at once, visit 2: 48 of 50 answered in 10 s, 4.8/s',
  ],
  [
    'a run that ended in it',
    { isBrokenOff: true },
    {},
    'swift at 5/s, visit 2: 48 of 50 good in 10 s, 5/s sent in time, broken off',
  ],
])('a visit with %s', (_name, change, found, line) => {
  const { slo, ...rest } = { ...visit, ...change };
  expect(visitLine({ ...rest, ...(slo ? { slo } : {}), outcome: { ...outcome, ...found } })).toBe(line);
});

test.each([
  ['measure', 'now: swift at 5/s, visit 2'],
  ['warmup', 'now: swift at 5/s, visit 2 (warm-up)'],
  ['ladder', 'now: swift at 5/s, rung'],
] as const)('what is under way in the phase %s', (phase, words) => {
  const place = { load: 'open', level: 5, number: 2, arrival: 1 } as const;
  expect(underWay(planned(cell('swift'), prompt('p'), { phase, visit: place }))).toBe(words);
  expect(underWay(planned(cell('swift'), prompt('p'), { phase }))).toBeUndefined();
});
