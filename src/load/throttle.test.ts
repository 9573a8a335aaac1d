import { expect, test } from 'vitest';
import { Concurrency } from './concurrency.ts';
import { Throttle } from './throttle.ts';

const lanes = [{ key: 'glm@compat', name: 'glm', ceiling: 4 }];
const refused = { rateLimited: true };
const answered = { rateLimited: false };
let now = 0;
const clock = { now: () => now, wall: () => new Date(now), sleep: () => Promise.resolve() };

function setUp(): { throttle: Throttle; notes: string[] } {
  now = 0;
  const notes: string[] = [];
  return {
    throttle: new Throttle(new Concurrency({ concurrency: 8, lanes }), {
      lanes,
      clock,
      note: (text) => notes.push(text),
    }),
    notes,
  };
}

test('three refusals in a cluster halve what may be in flight, a minute of calm gives it back', () => {
  const { throttle, notes } = setUp();
  throttle.ended('glm@compat', refused);
  throttle.ended('glm@compat', refused);
  expect(notes).toEqual([]);
  throttle.ended('glm@compat', refused);
  expect(notes.at(-1)).toContain('now at most 2 in flight');
  for (let n = 0; n < 3; n++) throttle.ended('glm@compat', refused);
  expect(notes.at(-1)).toContain('now at most 1 in flight');
  now = 61_000;
  throttle.ended('glm@compat', answered);
  expect(notes.at(-1)).toContain('back to 4 in flight');
  expect(notes).toHaveLength(3);
});

test('refusals far apart are not a cluster', () => {
  const { throttle, notes } = setUp();
  for (let n = 0; n < 10; n++) {
    now += 16_000;
    throttle.ended('glm@compat', refused);
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
    for (let n = 0; n < 5; n++) throttle.ended('glm@compat', { rateLimited: false, ownLimit: 'EMFILE' });
    expect(notes.at(-1)).toContain(`at most ${left} in flight in total`);
  }
  expect(notes).toHaveLength(4);
});
