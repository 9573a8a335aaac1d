import { expect, test } from 'vitest';
import { serverStalls } from './stalls.ts';
import type { TrueStream } from './streams.ts';

const stream = (eventId: string, ...times: [due: number, written: number][]): TrueStream => ({
  eventId,
  received: 0,
  frames: times.map(([due, written]) => ({ kind: 'content', due, written })),
});

test('a server that writes nothing for 2 ms although something is due stands still', () => {
  expect(
    serverStalls([stream('a', [10, 10], [30, 31.9], [40, 45]), stream('b', [20, 20], [41, 45.1])]),
  ).toEqual([{ from: 40, to: 45 }]);
});

test('a write that was long due when the one before it was made waited for no more than its turn', () => {
  expect(serverStalls([stream('a', [10, 30]), stream('b', [10, 31]), stream('c', [10, 34])])).toEqual([
    { from: 31, to: 34 },
  ]);
});
