import { expect, test } from 'vitest';
import { agreementOf, judgeQuality } from './agreement.ts';

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test('kappa is agreement beyond chance: Cohen’s own kind of table', () => {
  const pairs = [
    ...times(20, ['yes', 'yes'] as const),
    ...times(5, ['yes', 'no'] as const),
    ...times(10, ['no', 'yes'] as const),
    ...times(15, ['no', 'no'] as const),
  ];
  const { agreement, kappa } = agreementOf(pairs)!;
  expect(agreement).toBeCloseTo(0.7);
  expect(kappa).toBeCloseTo(0.4);
});

test('two who always say the same word agree, and nothing is known beyond chance', () => {
  expect(agreementOf(times(9, ['yes', 'yes'] as const))).toEqual({ agreement: 1 });
  expect(agreementOf([])).toBeUndefined();
});

test('a judge is described by its verdicts on good and on bad answers', () => {
  const pairs = [
    ...times(18, { people: true, judge: true }),
    ...times(2, { people: true, judge: false }),
    ...times(7, { people: false, judge: false }),
    ...times(3, { people: false, judge: true }),
  ];
  const { sensitivity, specificity, youdenJ } = judgeQuality(pairs);
  expect([sensitivity!.point, specificity!.point]).toEqual([0.9, 0.7]);
  expect(youdenJ!.point).toBeCloseTo(0.6);
  expect(youdenJ!.interval.low).toBeLessThan(0.35);
  expect(youdenJ!.interval.high).toBeGreaterThan(0.7);
});

test('what people never said is not known', () => {
  const found = judgeQuality(times(10, { people: true, judge: true }));
  expect(found.sensitivity!.point).toBe(1);
  expect(found).not.toHaveProperty('specificity');
  expect(found).not.toHaveProperty('youdenJ');
});
