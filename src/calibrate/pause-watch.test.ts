import { expect, test } from 'vitest';
import { pauseIn, watchPauses } from './pause-watch.ts';

test('a nap of a millisecond that lasts another one longer held a pause', () => {
  expect(pauseIn({ from: 10, to: 11.9 })).toBeUndefined();
  expect(pauseIn({ from: 10, to: 12 })).toEqual({ from: 11, to: 12 });
});

test('the watch goes on while the event loop is held, and ends when it is told to', async () => {
  const watch = await watchPauses();
  const until = performance.now() + 30;
  while (performance.now() < until);
  const { pauses, cpuMs } = await watch.end();
  expect(cpuMs).toBeGreaterThan(0);
  for (const { from, to } of pauses) expect(to).toBeGreaterThan(from);
});
