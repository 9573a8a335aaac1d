import { expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { onceStarted } from './once-started.ts';

/** A clock on which waiting takes no time. */
function handClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    wall: () => new Date(now),
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

const starting = Object.assign(new Error('the database system is starting up'), { code: '57P03' });
const loading = new Error('LOADING Redis is loading the dataset in memory');

test.each([[starting], [loading]])('%s: it is asked again until it has started', async (error) => {
  let asked = 0;
  const examine = (): Promise<string> => (++asked < 4 ? Promise.reject(error) : Promise.resolve('there'));
  expect(await onceStarted(examine, handClock(), 5000)).toBe('there');
  expect(asked).toBe(4);
});

test('a server that does not finish is given up in time', async () => {
  const clock = handClock();
  await expect(onceStarted(() => Promise.reject(starting), clock, 5000)).rejects.toBe(starting);
  expect(clock.now()).toBeLessThan(6000);
});

test('whatever else it says counts at once', async () => {
  const clock = handClock();
  const refused = Object.assign(new Error('no such user'), { code: '28000' });
  await expect(onceStarted(() => Promise.reject(refused), clock, 5000)).rejects.toBe(refused);
  expect(clock.now()).toBe(0);
});
