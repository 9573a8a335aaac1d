import { describe, expect, test } from 'vitest';
import type { HistoryRow } from './history.ts';
import { nightsOf } from './nights.ts';
import { decision, nightRow } from './testing/nights.ts';

const at = (start: string, value: number, cells: Partial<HistoryRow> = {}): HistoryRow =>
  nightRow(0, 'a', value, { at: `2026-11-${start}:00.000Z`, run_id: start, ...cells });

describe('a night', () => {
  test.each([
    ['one day', ['05T00:01', '05T23:59'], [2]],
    ['two days', ['05T03:17', '06T03:17'], [1, 1]],
    ['two days, minutes apart', ['05T23:59', '06T00:02'], [2]],
    ['two days, eleven hours apart', ['05T20:00', '06T07:00'], [2]],
    ['two days, twelve hours apart', ['05T20:00', '06T08:00'], [1, 1]],
    ['a late night and the next one in time', ['05T23:59', '06T00:02', '06T23:59'], [2, 1]],
    ['a chain of runs every six hours', ['05T18:00', '06T00:00', '06T06:00', '06T12:00'], [2, 2]],
  ])('%s', (_, starts, runs) => {
    const nights = nightsOf(starts.map((start) => at(start, 1000)));
    expect(nights.runs).toEqual(runs);
    expect(nightsOf(starts.map((start) => at(start, 1000)).reverse())).toEqual(nights);
    expect(
      nightsOf(
        starts.map((start) => at(start, 1000)),
        { each: 'run' },
      ).runs,
    ).toEqual(starts.map(() => 1));
  });

  test('joins its runs by their requests: times by the geometric mean, shares by the mean', () => {
    const both = (metric: string, ...values: number[]): number =>
      nightsOf(
        values.map((value, run) => at(`05T0${run}:00`, value, { metric, requests: run === 0 ? 60 : 20 })),
      ).series[0]!.values[0]!;
    expect(both('e2e_latency_ms', 1000, 16_000)).toBeCloseTo(2000, 6);
    expect(both('passed', 1, 0.6)).toBeCloseTo(0.9, 9);
  });

  test('has what one of its runs has, and rests on failures where one of them does', () => {
    const [series] = nightsOf([
      at('05T01:00', 1000),
      at('05T02:00', NaN),
      at('06T01:00', 300_000, { bound: true }),
      at('06T02:00', 1000),
    ]).series;
    expect(series!.values[0]).toBe(1000);
    expect([...series!.bounds]).toEqual([1]);
  });

  test('is meant by a decision about any of its runs', () => {
    const about = decision('drop', 0, { run_id: '05T02:00' });
    const nights = nightsOf([at('05T01:00', 1), at('05T02:00', 2), about]);
    expect(nights.decisions.map(({ run_id }) => run_id)).toEqual(['05T01:00']);
  });
});

test('decisions are in the order in which they were made, whatever the order of the lines', () => {
  const made = ['2026-12-01', '2026-12-02', '2026-12-03'].map((day, night) =>
    decision('accept', 2 - night, { at: `${day}T00:00:00.000Z` }),
  );
  const nights = [0, 1, 2].map((night) => nightRow(night, 'a', 1000));
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const { decisions } = nightsOf([...order.map((index) => made[index]!), ...nights]);
    expect(decisions.map(({ at }) => at)).toEqual(made.map(({ at }) => at));
  }
});
