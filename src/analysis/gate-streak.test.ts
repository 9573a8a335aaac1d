import { describe, expect, test } from 'vitest';
import { normal, seededRandom } from '../base/random.ts';
import type { GateSettings } from '../suite/suite.ts';
import { watchedOf } from './gate-cell.ts';
import { readStreak } from './gate-streak.ts';
import { describeStreak, gate, type GateCell } from './gate.ts';
import type { HistoryRow } from './history.ts';
import { decision, historyOf, nightRow, runIdOf, startOf } from './testing/nights.ts';

const settings: GateSettings = { window: 14, confirm: 2, metrics: { e2e_latency_ms: { maxRatio: 1.1 } } };
const noise = 0.06;

/**
 * Nights of four models that differ by some percent on their own. a's are `slower` by a ratio that depends on the
 * night.
 */
function nights(
  count: number,
  slower: (night: number) => number,
  seed = 'streaks',
  sd = noise,
): Record<string, number[]> {
  const levels = { a: 1000, b: 2000, c: 700, d: 1500 };
  return Object.fromEntries(
    Object.entries(levels).map(([model, level]) => {
      const random = seededRandom(`${seed} ${model}`);
      const values = Array.from({ length: count }, () => level * Math.exp(sd * normal(random)));
      return [model, values.map((value, night) => value * (model === 'a' ? slower(night) : 1))];
    }),
  );
}

const from = (first: number, ratio: number) => (night: number) => (night >= first ? ratio : 1);

/** The verdicts on a for each night from `first` on, when it was the latest. */
function said(
  rows: readonly HistoryRow[],
  {
    first = 20,
    decisions = [],
    ...rest
  }: { first?: number; decisions?: HistoryRow[] } & Partial<GateSettings> = {},
): GateCell[] {
  const runs = [...new Set(rows.map(({ run_id }) => run_id))].slice(first);
  return runs.map((run) => {
    const tonight = rows.filter(({ run_id }) => run_id === run);
    const result = gate({
      tonight,
      history: [...rows, ...decisions],
      settings: { ...settings, ...rest },
      isIncomplete: false,
    });
    return result.cells.find(({ model }) => model === 'a')!;
  });
}

const words = (cells: readonly GateCell[]): string[] => cells.map(({ word }) => word);

describe('a small slowdown', () => {
  const cells = said(historyOf(nights(34, from(20, 1.16), 'small')));

  test('is failed within a week, though no two nights in a row would do it', () => {
    const failed = cells.findIndex(({ word }) => word === 'fail');
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(7);
    expect(cells[failed]).toMatchObject({ test: 'streak', alarms: 2 });
    expect(cells[failed - 1]).toMatchObject({ word: 'warning', alarms: 1 });
  });

  test('says since when, how much, and how sure that is', () => {
    const one = cells.findLast(({ word }) => word === 'fail')!;
    const { since, sinceRun, ratio, low, high, nights: count } = one.streak!;
    const began = Number(sinceRun.slice(-2));
    expect([18, 19, 20, 21, 22]).toContain(began);
    expect(since).toBe(startOf(began));
    expect(ratio).toBeGreaterThan(1.1);
    expect(ratio).toBeLessThan(1.25);
    expect(low).toBeLessThan(1.16);
    expect(high).toBeGreaterThan(1.16);
    expect(describeStreak(one, one.streak!)).toMatch(
      new RegExp(
        `^slower by 1\\.\\d\\d× \\(1\\.\\d\\d× to 1\\.\\d\\d×\\) over the last ${count} nights, since 2026-11-\\d\\d$`,
      ),
    );
  });

  test('keeps its nights out of the baseline, once it is confirmed', () => {
    const failed = cells.findIndex(({ word, test: by }) => word === 'fail' && by === 'streak');
    const { streak } = cells[failed]!;
    const later = cells.slice(failed + 1).filter((one) => one.streak !== undefined);
    expect(later.length).toBeGreaterThan(0);
    for (const one of later) {
      expect(one.streak!.sinceRun).toBe(streak!.sinceRun);
      expect(one.baselineTo! < streak!.sinceRun).toBe(true);
    }
  });

  test('does not pass again while it lasts', () => {
    const failed = cells.findIndex(({ word }) => word === 'fail');
    expect(words(cells.slice(failed))).not.toContain('pass');
  });

  test('leaves the others and all together alone', () => {
    const rows = historyOf(nights(28, from(20, 1.16)));
    const tonight = rows.filter(({ run_id }) => run_id === runIdOf(27));
    const result = gate({ tonight, history: rows, settings, isIncomplete: false });
    for (const { model, streak } of result.cells) if (model !== 'a') expect(streak).toBeUndefined();
  });

  test('within the limit is none, however sure', () => {
    for (const one of said(historyOf(nights(34, from(20, 1.07), 'within', 0.02))))
      expect(one).toMatchObject({ word: 'pass', alarms: 0 });
  });

  test('waits for as many nights as the suite says', () => {
    const patient = words(said(historyOf(nights(34, from(20, 1.16))), { confirm: 3 }));
    expect(patient.indexOf('fail')).toBeGreaterThan(words(cells).indexOf('fail'));
  });

  test('of a rate is a drop', () => {
    const models = Object.fromEntries(
      Object.entries(nights(30, from(20, 1.2))).map(([model, values]) => [
        model,
        values.map((value) => 1e6 / value),
      ]),
    );
    const rows = historyOf(models, { metric: 'output_tps' });
    const failed = said(rows, { metrics: { output_tps: { minRatio: 0.9 } } }).findLast(
      ({ word }) => word === 'fail',
    );
    expect(failed?.streak?.ratio).toBeLessThan(0.91);
    expect(failed!.streak!.low).toBeLessThan(failed!.streak!.high);
    expect(describeStreak(failed!, failed!.streak!)).toMatch(/^down to 0\./);
  });
});

describe('a streak by itself', () => {
  /** A single model: twenty usual nights, half 5 % up and half 5 % down, and then these, in logs. */
  const read = (...recent: number[]) => {
    const logs = [...Array.from({ length: 20 }, (_, night) => (night % 2 ? -0.05 : 0.05)), ...recent];
    const series = {
      ...{ metric: 'e2e_latency_ms', model: 'a', route: 'compat', bounds: new Set<number>() },
      values: logs.map((log) => 1000 * Math.exp(log)),
      requests: logs.map(() => 60),
    };
    const [cell] = watchedOf('e2e_latency_ms', { maxRatio: 1.1 }, [series]);
    const all = [...logs.keys()];
    return readStreak(cell!, { usual: all.slice(0, 20), recent: all, window: 14 });
  };

  test('begins where the nights became slow', () => {
    const streak = read(0.15, 0.15, 0.15, 0.15)!;
    expect(streak).toMatchObject({ nights: [20, 21, 22, 23], isFresh: true });
    expect(streak.change).toBeCloseTo(0.15, 9);
  });

  test('is not confirmed by a night within the limit', () => {
    expect(read(0.15, 0.15, 0.15, 0.15, 0.09)).toMatchObject({ isFresh: false });
  });

  test('is over when its last nights are as usual, though the mean of all is not', () => {
    expect(read(0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0)).toBeUndefined();
    expect(read(0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.1)).toBeDefined();
  });

  test('is not made of one bad night, nor of fewer than three', () => {
    expect(read(0.15, 0.15)).toBeUndefined();
    expect(read(1.2, 0.1, 0.1)).toBeUndefined();
  });
});

test('a slide of 2 % a night is failed within three weeks', () => {
  const cells = said(historyOf(nights(41, (night) => 1.02 ** Math.max(0, night - 19))));
  expect(words(cells)).toContain('fail');
});

test('a slide of all models together, too', () => {
  const slide = (night: number): number => 1.03 ** Math.max(0, night - 19);
  const models = Object.fromEntries(
    Object.entries(nights(41, () => 1)).map(([model, values]) => [
      model,
      values.map((value, night) => value * slide(night)),
    ]),
  );
  const rows = historyOf(models);
  const tonight = rows.filter(({ run_id }) => run_id === runIdOf(40));
  const { cells } = gate({ tonight, history: rows, settings, isIncomplete: false });
  expect(cells.find(({ model }) => model === undefined)).toMatchObject({ word: 'fail' });
  for (const { model, word } of cells) if (model !== undefined) expect(word, model).not.toBe('fail');
});

describe('cases that are not a streak', () => {
  test('nights on which nothing changed', () => {
    for (const seed of ['s1', 's2', 's3'])
      expect(words(said(historyOf(nights(36, () => 1, seed))))).not.toContain('fail');
  });

  test('an outage of one night, or of two apart', () => {
    const outages = (night: number): number => (night === 22 || night === 25 ? 2.5 : 1);
    expect(words(said(historyOf(nights(34, outages))))).not.toContain('fail');
  });

  test('a night run again and again', () => {
    const rows = historyOf(nights(21, from(20, 1.16)));
    const last = rows.filter(({ run_id }) => run_id === runIdOf(20));
    const again = [1, 2, 3, 4, 5, 6].flatMap((turn) =>
      last.map((row) => ({
        ...row,
        run_id: `${row.run_id}-again-${turn}`,
        at: new Date(Date.parse(row.at) + turn * 3_600_000).toISOString(),
      })),
    );
    const cells = said([...rows, ...again]);
    for (const { word, alarms, streak } of cells) {
      expect(word).not.toBe('fail');
      expect(alarms).toBeLessThan(2);
      expect(streak).toBeUndefined();
    }
  });

  test('a pass rate: shares have a test of their own', () => {
    const falling = Array.from({ length: 34 }, (_, night) => (night >= 20 ? 0.9 : 1));
    const rows = historyOf({ a: falling }, { metric: 'passed', requests: 20 });
    for (const { streak } of said(rows, { metrics: { passed: { maxDrop: 0.05 } } }))
      expect(streak).toBeUndefined();
  });
});

describe('a streak ends', () => {
  test('with the slowdown: it passes again, and its nights stay out of the baseline', () => {
    const cells = said(historyOf(nights(48, (night) => (night >= 20 && night < 32 ? 1.2 : 1))));
    expect(words(cells.slice(0, 12))).toContain('fail');
    const after = cells.slice(12);
    expect(words(after.slice(3))).not.toContain('fail');
    expect(words(after)).toContain('pass');
    const baseline = after.at(-1)!;
    expect(baseline.usual).toBeGreaterThan(930);
    expect(baseline.usual).toBeLessThan(1060);
    expect(baseline.streak).toBeUndefined();
  });

  test('with an accepted level', () => {
    const rows = historyOf(nights(34, from(20, 1.16)));
    const cells = said(rows, { first: 27, decisions: [decision('accept', 20, { model: 'a' })] });
    expect(words(cells)).not.toContain('fail');
    expect(words(cells).at(-1)).toBe('pass');
    for (const { streak } of cells) expect(streak).toBeUndefined();
  });

  test('never holds a dropped night', () => {
    const rows = historyOf(nights(34, from(20, 1.16)));
    const dropped = [...Array(14).keys()].map((night) => decision('drop', 20 + night));
    for (const { word, streak } of said(rows, { decisions: dropped })) {
      expect(streak).toBeUndefined();
      expect(word).not.toBe('fail');
    }
  });

  test('with another version of the suite, which starts learning again', () => {
    const rows = historyOf(nights(34, from(20, 1.16))).map((row) =>
      row.run_id >= runIdOf(24) ? { ...row, suite_hash: 'new' } : row,
    );
    const cells = said(rows, { first: 24 });
    expect(words(cells.slice(0, 7))).toEqual(Array<string>(7).fill('learning'));
    for (const { word, streak } of cells) {
      expect(word).not.toBe('fail');
      expect(streak).toBeUndefined();
    }
  });
});

test('streaks are compared with a pinned level, however long ago', () => {
  // Within the limit for long, so that those nights look usual. Then beyond it, but not beyond theirs.
  const slower = (night: number): number => (night < 16 ? 1 : night < 74 ? 1.06 : 1.14);
  const rows = historyOf(nights(80, slower, 'pinned', 0.025));
  const pinned = { first: 75, decisions: [decision('pin', 15)] };
  const cells = said(rows, pinned);
  expect(words(cells)).toContain('fail');
  // A streak is at most one window long. This one is long after the pin, and the slow nights in between are no
  // reference.
  expect(cells.some(({ streak }) => streak !== undefined && streak.ratio > 1.1)).toBe(true);
});

test('missing nights lengthen a streak in days, not in nights', () => {
  const isThere = (run: string): boolean => ![22, 24, 25].some((night) => run === runIdOf(night));
  const rows = historyOf(nights(34, from(20, 1.18))).filter(({ run_id }) => isThere(run_id));
  const failed = said(rows).find(({ word, test: by }) => word === 'fail' && by === 'streak');
  expect(failed).toBeDefined();
  const { sinceRun, nights: count } = failed!.streak!;
  const runs = [...new Set(rows.map(({ run_id }) => run_id))];
  expect(count).toBeLessThanOrEqual(runs.length - runs.indexOf(sinceRun));
});

test('a history of a thousand nights is walked in a moment', () => {
  const rows = Array.from({ length: 1000 }, (_, night) => nightRow(night, 'a', 1000 + (night % 7)));
  const started = process.cpuUsage().user;
  gate({ tonight: rows.slice(-1), history: rows, settings, isIncomplete: false });
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(5);
});
