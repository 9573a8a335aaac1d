import { describe, expect, test } from 'vitest';
import type { GateSettings } from '../suite/suite.ts';
import { baselineSize, gate, type GateResult } from './gate.ts';
import type { HistoryRow } from './history.ts';
import { decision, historyOf, nightRow, runIdOf } from './testing/nights.ts';
import type { ThresholdResult } from './thresholds.ts';

const settings: GateSettings = { window: 14, confirm: 2, metrics: { e2e_latency_ms: { maxRatio: 1.1 } } };

/** Nights of a steady model: alternately 1 % up and down. */
const steady = (nights: number, level = 1000): number[] =>
  Array.from({ length: nights }, (_, night) => level * [1, 1.01, 0.99][night % 3]!);

/** The verdict of the last night of the series. */
function lastNight(
  models: Readonly<Record<string, readonly number[]>>,
  rest: {
    decisions?: HistoryRow[];
    settings?: GateSettings;
    models?: string[];
    thresholds?: ThresholdResult[];
  } = {},
): GateResult {
  const rows = historyOf(models);
  const last = runIdOf(Math.max(...Object.values(models).map(({ length }) => length)) - 1);
  return gate({
    tonight: rows.filter(({ run_id }) => run_id === last),
    history: [...rows, ...(rest.decisions ?? [])],
    settings: rest.settings ?? settings,
    isIncomplete: false,
    ...(rest.models ? { models: rest.models } : {}),
    ...(rest.thresholds ? { thresholds: rest.thresholds } : {}),
  });
}

const four = (nights: number) => ({
  a: steady(nights),
  b: steady(nights, 2000),
  c: steady(nights, 700),
  d: steady(nights, 1500),
});
/** a's last nights are slower by `ratio`. */
const slowed = (nights: number, slow: number, ratio: number) => ({
  ...four(nights),
  a: steady(nights).map((value, night) => (night >= nights - slow ? value * ratio : value)),
});
const cell = ({ cells }: GateResult, model?: string) => cells.find((one) => one.model === model);

describe('the first nights', () => {
  test('learn, and say how far they are', () => {
    expect(lastNight(four(1)).word).toBe('learning 0/7');
    expect(lastNight(four(7)).word).toBe('learning 6/7');
    expect(lastNight(four(8)).word).toBe('pass');
  });

  test('keep absolute limits all the same', () => {
    const threshold = { verdict: 'failed' } as ThresholdResult;
    expect(lastNight(four(1), { thresholds: [threshold] }).word).toBe('fail');
  });
});

describe('a regression', () => {
  test('is a warning on its first night and a failure on its second', () => {
    expect(cell(lastNight(slowed(15, 1, 1.3)), 'a')).toMatchObject({
      word: 'warning',
      alarms: 1,
      nights: 14,
    });
    expect(lastNight(slowed(16, 2, 1.3))).toMatchObject({ word: 'fail', verdict: 'fail' });
  });

  test('is measured against the nights before it, as a ratio', () => {
    expect(cell(lastNight(slowed(16, 2, 1.3)), 'a')?.ratio).toBeCloseTo(1.3, 1);
    expect(cell(lastNight(slowed(16, 2, 1.3)), 'a')).toMatchObject({
      baselineFrom: runIdOf(0),
      baselineTo: runIdOf(13),
      controls: ['b', 'c', 'd'],
    });
  });

  test('stays red: its nights do not become the new usual', () => {
    expect(cell(lastNight(slowed(40, 25, 1.3)), 'a')).toMatchObject({ word: 'fail', alarms: 25 });
  });

  test('with confirm 1 it fails at once, with 3 it waits', () => {
    expect(lastNight(slowed(15, 1, 1.3), { settings: { ...settings, confirm: 1 } }).word).toBe('fail');
    expect(lastNight(slowed(16, 2, 1.3), { settings: { ...settings, confirm: 3 } }).word).toBe('warning');
  });

  test('is not cleared by a night beyond the limit without an alarm, which restarts the count', () => {
    // With a's noise, 1.13 is a change that nights can make, and 1.6 is not.
    const noisy = Array.from({ length: 24 }, (_, night) => 1000 * [1, 1.15, 0.87, 1.1, 0.9][night % 5]!);
    const last = (...ratios: number[]) =>
      cell(
        lastNight({
          ...four(20 + ratios.length),
          a: [...noisy.slice(0, 20), ...ratios.map((ratio) => 1000 * ratio)],
        }),
        'a',
      );
    expect(last(1.6)).toMatchObject({ word: 'warning' });
    expect(last(1.6, 1.13)).toMatchObject({ word: 'not settled', baselineTo: runIdOf(19) });
    expect(last(1.6, 1.13, 1.6)).toMatchObject({ word: 'warning', alarms: 1, baselineTo: runIdOf(19) });
    expect(last(1.6, 1.6, 1.13, 1.6)).toMatchObject({ word: 'fail', alarms: 3 });
    expect(last(1.7, 1, 1.7)).toMatchObject({ word: 'warning', alarms: 1 });
  });

  test('that lasted long and was mended leaves no trace in the baseline', () => {
    const a = steady(34).map((value, night) =>
      (night >= 20 && night < 30) || night === 33 ? value * 1.3 : value,
    );
    expect(cell(lastNight({ ...four(34), a }), 'a')).toMatchObject({
      word: 'warning',
      baselineFrom: runIdOf(9),
    });
  });

  test('below the limit is not an alarm, however sure', () => {
    expect(cell(lastNight(slowed(15, 1, 1.06)), 'a')).toMatchObject({ word: 'pass' });
    expect(cell(lastNight(slowed(15, 1, 1.06)), 'a')!.p).toBeLessThan(0.01);
  });

  test('of the others: only their own cells are red', () => {
    const words = lastNight(slowed(16, 2, 1.3)).cells.map(({ model = 'all', word }) => `${model} ${word}`);
    expect(words).toEqual(['a fail', 'b pass', 'c pass', 'd pass', 'all pass']);
  });

  test('getting faster is not an alarm', () => {
    expect(lastNight(slowed(16, 2, 0.6)).word).toBe('pass');
  });

  test('of a rate is a drop', () => {
    const rates: GateSettings = { ...settings, metrics: { output_tps: { minRatio: 0.9 } } };
    const models = slowed(16, 2, 0.7);
    const rows = historyOf(models, { metric: 'output_tps' });
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(15));
    const result = gate({ tonight, history: rows, settings: rates, isIncomplete: false });
    expect(cell(result, 'a')).toMatchObject({ word: 'fail' });
    expect(cell(result, 'a')?.ratio).toBeCloseTo(0.7, 1);
  });
});

describe('noise', () => {
  test('one bad night joins the baseline when the next is good again, pulled in', () => {
    const a = steady(30);
    a[20] = 3000;
    const after = cell(lastNight({ ...four(30), a }), 'a');
    expect(after?.word).toBe('pass');
    const a2 = [...a.slice(0, 29), 1300];
    expect(cell(lastNight({ ...four(30), a: a2 }), 'a')?.word).toBe('warning');
  });

  test('a change beyond the limit within the usual ups and downs is not settled', () => {
    const wild = Array.from({ length: 16 }, (_, night) => 1000 * [1, 1.3, 0.8][night % 3]!);
    wild[15] = 1300;
    expect(cell(lastNight({ ...four(16), a: wild }), 'a')).toMatchObject({ word: 'not settled' });
  });

  test('a bad night of the gateway is taken off every model, and shows in the cell of all together', () => {
    const slow = Object.fromEntries(
      Object.entries(four(16)).map(([model, values]) => [
        model,
        values.map((value, night) => (night > 13 ? value * 1.5 : value)),
      ]),
    );
    const result = lastNight(slow);
    for (const model of ['a', 'b', 'c', 'd']) expect(cell(result, model)?.word).toBe('pass');
    const all = cell(result)!;
    expect(all).toMatchObject({
      word: 'fail',
      metric: 'e2e_latency_ms',
      rule: 'maxRatio',
      limit: 1.1,
      alarms: 2,
    });
    expect(all.ratio).toBeCloseTo(1.5, 2);
    expect(baselineSize(all)).toBe('14 nights');
  });

  test('a small bad night of all models is not blamed on one', () => {
    const slow = Object.fromEntries(
      Object.entries(four(16)).map(([model, values]) => [
        model,
        values.map((value, night) => (night > 13 ? value * 1.15 : value)),
      ]),
    );
    expect(lastNight(slow).word).toBe('pass');
  });

  test('an outage of one control does not accuse the others', () => {
    const b = steady(15, 2000);
    b[14] = 9000;
    expect(cell(lastNight({ ...four(15), b }), 'a')?.word).toBe('pass');
  });
});

describe('who else', () => {
  test('with one control neither is blamed', () => {
    const { a, b } = slowed(16, 2, 1.3);
    const result = lastNight({ a, b });
    expect(cell(result, 'a')?.controls).toEqual(['b']);
  });

  test('a model alone is compared with itself', () => {
    const result = lastNight({ a: slowed(16, 2, 1.3).a });
    expect(result.cells).toHaveLength(1);
    expect(cell(result, 'a')).toMatchObject({ word: 'fail', controls: [] });
  });

  test('controls that are missing tonight leave it open', () => {
    const { a, b } = four(15);
    expect(cell(lastNight({ a, b: b.slice(0, 14) }), 'a')?.word).toBe('not settled');
  });

  test('a model that is new learns while the others are decided', () => {
    const late = [...Array<number>(10).fill(NaN), ...steady(5)];
    const result = lastNight({ ...four(15), late });
    expect(cell(result, 'late')).toMatchObject({ word: 'learning', nights: 4 });
    expect(cell(result, 'a')?.word).toBe('pass');
    expect(result.word).toBe('learning 4/7');
  });

  test('a suspect is not corrected for the others, who are asked another question', () => {
    const first = cell(lastNight(slowed(15, 1, 1.3)), 'a')!;
    expect(first.pHolm).toBeCloseTo(4 * first.p!, 12);
    const second = cell(lastNight(slowed(16, 2, 1.3)), 'a')!;
    expect(second.pHolm).toBe(second.p);
  });

  test('models that are not watched still serve as controls', () => {
    const result = lastNight(slowed(16, 2, 1.3), { models: ['b'] });
    expect(result.cells.map(({ model }) => model)).toEqual(['b', undefined]);
    expect(cell(result, 'b')?.controls).toEqual(['a', 'c', 'd']);
  });
});

describe('shares', () => {
  const shares: GateSettings = { window: 14, confirm: 1, metrics: { passed: { maxDrop: 0.05 } } };
  const result = (last: number) => {
    const usual = Array.from({ length: 14 }, (_, night) => [1, 0.98, 1][night % 3]!);
    const rows = historyOf({ a: [...usual, last] }, { metric: 'passed' });
    return gate({
      tonight: rows.filter(({ run_id }) => run_id === runIdOf(14)),
      history: rows,
      settings: shares,
      isIncomplete: false,
    });
  };

  test('a drop beyond the limit fails, by points', () => {
    expect(cell(result(0.8), 'a')).toMatchObject({ word: 'fail' });
    expect(cell(result(0.8), 'a')?.difference).toBeCloseTo(-0.193, 2);
    expect(cell(result(0.96), 'a')?.word).toBe('pass');
  });
});

describe('shares of several models', () => {
  const metrics: GateSettings['metrics'] = { passed: { maxDrop: 0.05 } };
  /** Fourteen nights of each model, then tonight. */
  const shared = (models: Readonly<Record<string, readonly number[]>>, of = 20): GateResult => {
    const rows = historyOf(models, { metric: 'passed', requests: of });
    const nights = Math.max(...Object.values(models).map(({ length }) => length));
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(nights - 1));
    return gate({ tonight, history: rows, settings: { ...settings, metrics }, isIncomplete: false });
  };
  const always = (level: number, tonight: number): number[] => [...Array<number>(14).fill(level), tonight];

  test('have no controls, and no cell of all together: others that fall do not lower what is expected', () => {
    const result = shared({ a: always(1, 1), b: always(1, 0), c: always(0.9, 0) });
    expect(result.cells.map(({ model }) => model)).toEqual(['a', 'b', 'c']);
    for (const one of result.cells) expect(one).toMatchObject({ controls: [] });
    expect(cell(result, 'a')).toMatchObject({ word: 'pass', usual: 1, expected: 1 });
    expect(cell(result, 'b')).toMatchObject({ word: 'warning', usual: 1, difference: -1 });
    expect(cell(result, 'c')?.usual).toBeCloseTo(0.9, 9);
  });

  test('are never usual or expected outside 0 and 1, nor in a range of no width', () => {
    for (const level of [0, 0.357, 0.5, 1])
      for (const tonight of [0, 0.357, 1])
        for (const one of shared({ a: always(level, tonight), b: always(1, 0.2) }, 14).cells) {
          for (const value of [one.usual!, one.expected!, one.expectedLow!, one.expectedHigh!]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
          expect(one.expectedLow).toBeLessThan(one.expectedHigh!);
        }
  });

  test('one miss after perfect nights, though beyond the limit, is not an alarm', () => {
    expect(cell(shared({ a: [...Array<number>(8).fill(1), 0.95] }, 18), 'a')?.word).not.toBe('warning');
  });
});

describe('what was expected', () => {
  test('carries the shift of the controls; the usual level stays as measured', () => {
    const slow = Object.fromEntries(
      Object.entries(four(15)).map(([model, values]) => [
        model,
        values.map((value, night) => (night === 14 ? value * 1.5 : value)),
      ]),
    );
    const wiggly = slow['a']!.map((value, night) => value * (1 + 0.01 * (night % 2)));
    const one = cell(lastNight({ ...slow, a: wiggly }), 'a')!;
    expect(one.word).toBe('pass');
    expect(one.usual).toBeCloseTo(1000, -2);
    expect(one.expected).toBeCloseTo(1500, -2);
    expect(one.expectedLow).toBeLessThan(one.expected!);
  });

  test('has no range where the nights were all alike', () => {
    const one = cell(lastNight({ a: Array<number>(15).fill(1000) }), 'a')!;
    expect(one).toMatchObject({ word: 'pass', usual: expect.closeTo(1000, 6) as number });
    expect(one.expectedLow).toBeUndefined();
  });
});

describe('a run that is made again', () => {
  /** More runs of the last night, an hour apart, each as slow as given. */
  const again = (nights: number, ...ratios: number[]): GateResult => {
    const rows = historyOf(four(nights));
    const last = rows.filter(({ run_id }) => run_id === runIdOf(nights - 1));
    const more = ratios.map((ratio, run) =>
      last.map((row) => ({
        ...row,
        run_id: `${row.run_id}-again-${run}`,
        at: new Date(Date.parse(row.at) + (run + 1) * 3_600_000).toISOString(),
        value: row.value! * (row.model === 'a' ? ratio : 1),
      })),
    );
    const whole = [...rows, ...more.flat()];
    return gate({ tonight: more.at(-1)!, history: whole, settings, isIncomplete: false });
  };

  test('confirms nothing, however often', () => {
    const bad = again(15, 2, 2, 2, 2);
    expect(bad.runsTonight).toBe(5);
    expect(cell(bad, 'a')).toMatchObject({ word: 'warning', alarms: 1, nights: 14 });
  });

  test('does not wipe an alarm out: the night is what its runs were together', () => {
    expect(cell(again(15, 4, 1), 'a')).toMatchObject({ word: 'warning' });
  });

  test('is not a night of the baseline: runs of one day may warn, and do not fail', () => {
    expect(again(1, 1, 1.01, 0.99, 1, 1.01, 0.99, 1).word).toBe('learning 0/7');
    const quiet = [1, 1.01, 0.99, 1, 1.01, 0.99, 1];
    const first = cell(again(1, ...quiet, 2), 'a')!;
    expect(first).toMatchObject({ word: 'warning', alarms: 1, earlyRuns: 8, nights: 1 });
    expect(baselineSize(first)).toBe('8 runs of 1 night');
    expect(cell(again(1, ...quiet, 2, 2, 2), 'a')).toMatchObject({ word: 'warning', alarms: 1 });
  });
});

describe('decisions', () => {
  test('an accepted level starts a new baseline', () => {
    const models = slowed(30, 10, 1.3);
    expect(lastNight(models).word).toBe('fail');
    const accepted = decision('accept', 20, { model: 'a' });
    expect(cell(lastNight(models, { decisions: [accepted] }), 'a')).toMatchObject({
      word: 'pass',
      baselineFrom: runIdOf(20),
      nights: 9,
    });
    expect(cell(lastNight(models, { decisions: [accepted] }), 'b')).toMatchObject({ nights: 14 });
  });

  test('just accepted, it learns again', () => {
    const models = slowed(24, 4, 1.3);
    expect(cell(lastNight(models, { decisions: [decision('accept', 20)] }), 'a')).toMatchObject({
      word: 'learning',
      nights: 3,
    });
  });

  test('a dropped night is in no baseline', () => {
    const a = steady(15);
    a[13] = 1050;
    const dropped = cell(lastNight({ ...four(15), a }, { decisions: [decision('drop', 13)] }), 'a');
    expect(dropped).toMatchObject({ nights: 13, baselineTo: runIdOf(12) });
  });

  test('a pinned baseline does not creep along; one that is not is caught by the nights together', () => {
    const a = Array.from(
      { length: 60 },
      (_, night) => steady(60)[night]! * (1 + Math.max(0, night - 14) * 0.006),
    );
    expect(cell(lastNight({ ...four(60), a }), 'a')).toMatchObject({ word: 'fail' });
    const pinned = lastNight({ ...four(60), a }, { decisions: [decision('pin', 13)] });
    expect(cell(pinned, 'a')).toMatchObject({ word: 'fail', baselineTo: runIdOf(13) });
  });

  test('of several the last one made counts, whatever the order of the lines', () => {
    const models = four(40);
    const made = (day: number): Partial<HistoryRow> => ({ at: `2027-03-0${day}T00:00:00.000Z` });
    const baseline = (...decisions: HistoryRow[]) => {
      const { nights, baselineFrom, baselineTo } = cell(lastNight(models, { decisions }), 'a')!;
      expect(cell(lastNight(models, { decisions: decisions.toReversed() }), 'a')).toMatchObject({ nights });
      return [baselineFrom, baselineTo];
    };
    // An accepted level ends a pin; a later pin holds.
    expect(baseline(decision('pin', 15, made(1)), decision('accept', 20, made(2)))).toEqual([
      runIdOf(25),
      runIdOf(38),
    ]);
    expect(baseline(decision('accept', 5, made(1)), decision('pin', 15, made(2)))).toEqual([
      runIdOf(5),
      runIdOf(15),
    ]);
    expect(baseline(decision('pin', 30, made(1)), decision('pin', 20, made(2)))[1]).toBe(runIdOf(20));
    expect(baseline(decision('accept', 30, made(1)), decision('accept', 28, made(2)))[0]).toBe(runIdOf(28));
  });

  test('a decision about a run that is not there changes nothing', () => {
    expect(lastNight(four(15), { decisions: [decision('pin', 99)] }).word).toBe('pass');
  });
});

describe('what is compared', () => {
  test('an incomplete night is not', () => {
    const rows = historyOf(four(15));
    const result = gate({ tonight: rows.slice(0, 4), history: rows, settings, isIncomplete: true });
    expect(result).toMatchObject({ word: 'incomplete', cells: [] });
  });

  test('nights of another suite hash are not, and are counted', () => {
    const rows = historyOf(four(15));
    const old = historyOf(four(5), { suite_hash: 'old' }).map((row) => ({
      ...row,
      run_id: `old-${row.run_id}`,
    }));
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(14));
    const result = gate({ tonight, history: [...old, ...rows], settings, isIncomplete: false });
    expect(result).toMatchObject({ word: 'pass', otherNights: 5 });
    expect(cell(result, 'a')?.nights).toBe(14);
  });

  test('times outlive a change of checks, pass rates do not', () => {
    const ask = { ask_hash: 'ask' };
    const passed = { metric: 'passed', value: 0.9, requests: 60, ci_low: 0.8, ci_high: 0.95 };
    const night = (n: number, suite_hash: string): HistoryRow[] => [
      nightRow(n, 'a', 400, { ...ask, suite_hash }),
      nightRow(n, 'b', 500, { ...ask, suite_hash }),
      nightRow(n, 'a', 0.9, { ...ask, ...passed, suite_hash }),
      nightRow(n, 'b', 0.9, { ...ask, ...passed, suite_hash }),
    ];
    const before = [...Array(12).keys()].flatMap((n) => night(n, 'old'));
    const tonight = night(12, 'new');
    const both = { ...settings, metrics: { ...settings.metrics, passed: { maxDrop: 0.05 } } };
    const result = gate({ tonight, history: before, settings: both, isIncomplete: false });
    expect(result.otherNights).toBe(0);
    expect(
      result.cells.find(({ metric, model }) => metric === 'e2e_latency_ms' && model === 'a')?.nights,
    ).toBe(12);
    expect(result.cells.find(({ metric, model }) => metric === 'passed' && model === 'a')?.nights).toBe(0);
    const asked = before.map((row) => ({ ...row, ask_hash: 'other' }));
    expect(gate({ tonight, history: asked, settings, isIncomplete: false })).toMatchObject({
      otherNights: 12,
    });
  });

  test('lines in any order, some twice, give the same verdict', () => {
    const rows = historyOf(slowed(16, 2, 1.3));
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(15));
    const there = gate({ tonight, history: rows, settings, isIncomplete: false });
    const shuffled = [...rows.toReversed(), ...rows.slice(3, 20)];
    expect(gate({ tonight, history: shuffled, settings, isIncomplete: false })).toEqual(there);
  });

  test('nights after tonight are not: an old run can be gated again', () => {
    const rows = historyOf(slowed(20, 3, 1.3));
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(16));
    expect(gate({ tonight, history: rows, settings, isIncomplete: false }).word).toBe('pass');
  });

  test('a figure that rests on failures does not pass', () => {
    const rows = historyOf(four(15));
    const tonight = rows
      .filter(({ run_id }) => run_id === runIdOf(14))
      .map((row) => (row.model === 'a' ? { ...row, bound: true } : row));
    expect(cell(gate({ tonight, history: rows, settings, isIncomplete: false }), 'a')?.word).toBe(
      'not settled',
    );
  });
});

describe('the word of a night is that of its worst part', () => {
  const metrics = { ...settings.metrics, ttft_ms: { maxRatio: 1.1 } };
  const limit = (verdict: ThresholdResult['verdict']): ThresholdResult =>
    ({ verdict, model: 'a', route: 'compat', threshold: {} }) as unknown as ThresholdResult;
  /** E2E was measured for `e2e` nights and TTFT for `ttft`, both steady. */
  const word = (e2e: number, ttft: number, thresholds: ThresholdResult[] = []): string => {
    const rows = [
      ...historyOf(four(15)).filter(({ run_id }) => run_id >= runIdOf(15 - e2e)),
      ...historyOf(four(15), { metric: 'ttft_ms' }).filter(({ run_id }) => run_id >= runIdOf(15 - ttft)),
    ];
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(14));
    return gate({
      tonight,
      history: rows,
      settings: { ...settings, metrics },
      isIncomplete: false,
      thresholds,
    }).word;
  };

  test('the cell that has learned least says how far', () => {
    expect(word(6, 4)).toBe('learning 3/7');
    expect(word(4, 6)).toBe('learning 3/7');
    expect(word(15, 4)).toBe('learning 3/7');
  });

  test('a broken limit is worse than learning, and that than a limit that is not settled', () => {
    expect(word(4, 4, [limit('failed')])).toBe('fail');
    expect(word(4, 4, [limit('not settled')])).toBe('learning 3/7');
    expect(word(15, 15, [limit('not settled'), limit('ok')])).toBe('not settled');
    expect(word(15, 15, [limit('ok')])).toBe('pass');
  });

  test('a warning is worse than learning, and a broken limit than a warning', () => {
    const rows = [
      ...historyOf(slowed(16, 1, 1.3)),
      ...historyOf(four(16), { metric: 'ttft_ms' }).filter(({ run_id }) => run_id >= runIdOf(12)),
    ];
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(15));
    const said = (thresholds: ThresholdResult[]): string =>
      gate({ tonight, history: rows, settings: { ...settings, metrics }, isIncomplete: false, thresholds })
        .word;
    expect(said([])).toBe('warning');
    expect(said([limit('failed')])).toBe('fail');
  });
});

describe('nights from several places', () => {
  const from = (vantage: string, models: Readonly<Record<string, readonly number[]>>, run = vantage) =>
    historyOf(models, { vantage }).map((row) => ({ ...row, run_id: `${run}-${row.run_id}` }));
  const tonightOf = (rows: readonly HistoryRow[]): HistoryRow[] => {
    const last = rows
      .map(({ at }) => at)
      .sort()
      .at(-1)!;
    return rows.filter(({ at }) => at === last);
  };
  const judged = (tonight: readonly HistoryRow[], history: readonly HistoryRow[]): GateResult =>
    gate({ tonight, history, settings, isIncomplete: false });

  test("are series of their own, and their models one another's controls", () => {
    const rows = [...from('ams', four(9), 'run'), ...from('fra', slowed(9, 2, 1.5), 'run')];
    const { cells, word } = judged(tonightOf(rows), rows);
    expect(word).toBe('fail');
    const failed = cells.filter((one) => one.word === 'fail');
    expect(failed.map(({ model, vantage }) => `${model} ${vantage}`)).toEqual(['a fra']);
    expect(failed[0]!.controls).toEqual(['b', 'c', 'd']);
    // All models of a place together, for each.
    expect(cells.filter(({ model }) => model === undefined).map(({ vantage }) => vantage)).toEqual([
      'ams',
      'fra',
    ]);
  });

  test("of another run are not joined: tonight's run from fra is not a second run of ams", () => {
    const [ams, fra] = [from('ams', four(9)), from('fra', slowed(9, 2, 1.5))];
    const result = judged(tonightOf(ams), [...fra, ...ams]);
    expect(result).toMatchObject({ word: 'pass', runsTonight: 1 });
    expect(result.cells.every(({ vantage }) => vantage === 'ams')).toBe(true);
    expect(judged(tonightOf(fra), [...fra, ...ams]).word).toBe('fail');
  });

  test('a decision about one place says nothing of another', () => {
    const rows = [...from('ams', slowed(9, 2, 1.5), 'run'), ...from('fra', slowed(9, 2, 1.5), 'run')];
    const accepted = decision('accept', 7, { run_id: 'run-night-07', vantage: 'fra' });
    const words = judged(tonightOf(rows), [...rows, accepted]).cells.filter(({ model }) => model === 'a');
    expect(words.map(({ vantage, word }) => `${vantage} ${word}`)).toEqual(['ams fail', 'fra learning']);
  });

  test('nights without a place are not a baseline for one with a name', () => {
    const old = historyOf(four(9));
    const tonight = tonightOf(from('fra', four(10)));
    expect(judged(tonight, old).word).toBe('learning 0/7');
  });
});
