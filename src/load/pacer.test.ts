import { expect, test } from 'vitest';
import { HandClock } from '../base/testing/hand-clock.ts';
import { createPacer } from './pacer.ts';

/** When each of these callers may go. */
async function departures(clock: HandClock, pace: () => Promise<void>, callers: number): Promise<number[]> {
  return clock.finish(
    Promise.all(
      Array.from({ length: callers }, async () => {
        await pace();
        return clock.now();
      }),
    ),
  );
}

test('a burst leaves one after the other, a gap apart', async () => {
  const clock = new HandClock(100);
  expect(await departures(clock, createPacer(clock, 3, 9), 5)).toEqual([100, 103, 106, 109, 112]);
});

test('who comes after the gap goes at once, and who comes within it waits for the rest of it', async () => {
  const clock = new HandClock();
  const pace = createPacer(clock, 3, 9);
  expect(await departures(clock, pace, 1)).toEqual([0]);
  await clock.finish(clock.sleep(10));
  expect(await departures(clock, pace, 1)).toEqual([10]);
  await clock.finish(clock.sleep(2));
  expect(await departures(clock, pace, 1)).toEqual([13]);
});

test('quiet times are not saved up for a burst', async () => {
  const clock = new HandClock();
  const pace = createPacer(clock, 3, 9);
  await clock.finish(clock.sleep(1000));
  expect(await departures(clock, pace, 3)).toEqual([1000, 1003, 1006]);
});

test('without a gap nothing waits', async () => {
  const clock = new HandClock(7);
  expect(await departures(clock, createPacer(clock, 0, 9), 3)).toEqual([7, 7, 7]);
});

test('the gap is for the opening wave alone: what follows the answers goes at once', async () => {
  const clock = new HandClock();
  const pace = createPacer(clock, 3, 4);
  expect(await departures(clock, pace, 6)).toEqual([0, 3, 6, 9, 0, 0]);
  expect(await departures(clock, pace, 3)).toEqual([9, 9, 9]);
});
