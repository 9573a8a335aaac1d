import { describe, expect, test } from 'vitest';
import { evenly, Thinned } from './thinned-scan.ts';

describe('Thinned', () => {
  test('keeps everything while there is room', () => {
    const thinned = new Thinned<number>(4);
    for (const n of [1, 2, 3, 4]) thinned.add(() => n);
    expect(thinned.items).toEqual([1, 2, 3, 4]);
  });

  test('keeps every second, then every fourth, evenly from the first on', () => {
    const thinned = new Thinned<number>(4);
    for (let n = 0; n < 10; n++) thinned.add(() => n);
    expect(thinned.items).toEqual([0, 4, 8]);
    expect(thinned.seen).toBe(10);
  });

  test('never holds more than its limit, and makes nothing that it does not keep', () => {
    const thinned = new Thinned<number>(100);
    let made = 0;
    for (let n = 0; n < 100_000; n++) thinned.add(() => ++made);
    expect(thinned.items.length).toBeGreaterThan(50);
    expect(thinned.items.length).toBeLessThanOrEqual(100);
    expect(made).toBeLessThan(1000);
  });
});

describe('evenly', () => {
  test('takes the first, the last and evenly spaced ones between', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
  });

  test('takes all when they are few enough', () => {
    expect(evenly(['a', 'b'], 2)).toEqual(['a', 'b']);
  });
});
