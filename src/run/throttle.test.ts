import type { Cell } from '../plan/cell.ts';
import { expect, test } from 'vitest';
import { Concurrency } from './load/concurrency.ts';
import { Throttle } from './throttle.ts';

const cell: Cell = {
  model: { id: 'glm', model: 'custom-ollama/glm', params: {}, concurrency: 4 },
  route: 'compat',
};
let now = 0;
const clock = { now: () => now, wall: () => new Date(now), sleep: () => Promise.resolve() };

function setUp(): { throttle: Throttle; notes: string[] } {
  now = 0;
  const notes: string[] = [];
  return { throttle: new Throttle(new Concurrency(8, [cell]), clock, (text) => notes.push(text)), notes };
}

test('three refusals in a cluster halve what may be in flight, a minute of calm gives it back', () => {
  const { throttle, notes } = setUp();
  throttle.ended(cell, true);
  throttle.ended(cell, true);
  expect(notes).toEqual([]);
  throttle.ended(cell, true);
  expect(notes.at(-1)).toContain('now at most 2 in flight');
  for (let n = 0; n < 3; n++) throttle.ended(cell, true);
  expect(notes.at(-1)).toContain('now at most 1 in flight');
  now = 61_000;
  throttle.ended(cell, false);
  expect(notes.at(-1)).toContain('back to 4 in flight');
  expect(notes).toHaveLength(3);
});

test('refusals far apart are no cluster', () => {
  const { throttle, notes } = setUp();
  for (let n = 0; n < 10; n++) {
    now += 16_000;
    throttle.ended(cell, true);
  }
  expect(notes).toEqual([]);
});

test('requests that meet a limit of this machine together halve the ceiling of all once, down to one', () => {
  const { throttle, notes } = setUp();
  for (const [at, left] of [
    [0, 4],
    [1500, 2],
    [3000, 1],
    [4500, 1],
  ] as const) {
    now = at;
    for (let n = 0; n < 5; n++) throttle.metOwnLimit('EMFILE');
    expect(notes.at(-1)).toContain(`at most ${left} in flight in all`);
  }
  expect(notes).toHaveLength(4);
});
