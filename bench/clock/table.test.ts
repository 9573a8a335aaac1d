import { describe, expect, test } from 'vitest';
import { level } from '../../src/diagnose/calibrate/testing/level.ts';
import { bars, type Bar } from './bars.ts';
import { figureOf, ratios, Series } from './findings.ts';
import { asMarkdown, lineOf } from './table.ts';
import type { Errors, WaveErrors } from './task.ts';
import { task } from './tasks.ts';

test('ratios are taken within each repetition, and a hole stays a hole', () => {
  expect(ratios([10, undefined, 30], [20, 20, 40])).toEqual([0.5, undefined, 0.75]);
});

test('a figure is the median of what succeeded', () => {
  expect(figureOf([3, undefined, 1, 2])).toEqual({ median: 2, low: 1, high: 3, n: 3 });
  expect(figureOf([undefined])).toBeUndefined();
});

const barOf = (part: string): Bar => bars.find(({ what }) => what.includes(part))!;

describe('a line', () => {
  test('of a ratio that is to be small', () => {
    const series = new Series();
    for (const [ours, sdk] of [
      [2, 10],
      [1, 8],
      [3, 9],
    ] as const) {
      series.add(
        task.streams('ours', 192),
        level(192, 1, { arrival_error_ms: { n: 200, p50: 0, p99: ours, max: 9 } }),
      );
      series.add(
        task.streams('sdk', 192),
        level(192, 1, { arrival_error_ms: { n: 200, p50: 0, p99: sdk, max: 99 } }),
      );
    }
    // 1/5, 1/8 and 1/3: the median is 1/5.
    expect(lineOf(barOf('p99 arrival error, 192'), series)).toMatchObject({
      bar: '≤ 1/4',
      figure: '1/5.0',
      range: '1/8.0 … 1/3.0',
      verdict: 'met',
      note: '2.00 against 9.0 ms',
    });
  });

  test('of a floor that is missed', () => {
    const series = new Series();
    series.add(task.short('ours'), { perSecond: 1700, cpuUs: 400 });
    series.add(task.short('sdk'), { perSecond: 1000, cpuUs: 800 });
    expect(lineOf(barOf('short requests'), series)).toMatchObject({ figure: '1.70', verdict: 'missed' });
  });

  test('of bounds: the worst level of each repetition', () => {
    const series = new Series();
    for (const [streams, held] of [
      [8, 200],
      [64, 199],
      [192, 196],
      [512, 200],
    ] as const)
      series.add(
        task.streams('ours', streams),
        level(streams, 1, { bound: { rows: 200, held, broken_elsewhere: 0 } }),
      );
    const line = lineOf(barOf('rows within client_lag_ms'), series);
    expect(line).toMatchObject({ figure: '98.00 %', verdict: 'missed' });
    expect(line.note).toBe(
      '200/200 (0 not ours), 199/200 (0 not ours), 196/200 (0 not ours), 200/200 (0 not ours)',
    );
  });

  test("of a wave against the Rust client's: both with the request's way, none without the client", () => {
    const errors = (p99: number): Errors => ({ ttft: { p50: 0.1, p99 }, e2e: { p50: 0.2, p99: 9 } });
    const wave = (whole: number, steady: number): WaveErrors => ({
      whole: errors(whole),
      steady: errors(steady),
    });
    const bar = barOf("steady TTFT p99, error against sglang's Rust client's, 64");
    const series = new Series();
    series.add(task.wave('ours', 64), { ...wave(1, 1), withRequest: wave(7, 3), cpuUsPerChunk: 30 });
    expect(lineOf(bar, series)).toMatchObject({ figure: '–', verdict: 'not here' });
    series.add(task.rustWave(64), wave(8, 2));
    expect(lineOf(bar, series)).toMatchObject({
      figure: '1.50',
      verdict: 'met',
      note: '3.00 against 2.00 ms; ours without that: 1.00 ms',
    });
  });

  test('of a task that always failed', () => {
    const series = new Series();
    series.add(task.heap('ours'), { kibPerStream: 14 });
    series.add(task.heap('sdk'), undefined);
    const line = lineOf(barOf('heap'), series);
    expect(line).toMatchObject({ figure: '–', range: '–', verdict: 'failed' });
    expect(asMarkdown([line])).toContain("| heap per open stream, against the SDK's loop |");
  });
});
