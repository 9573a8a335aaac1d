import { expect, test } from 'vitest';
import { machineOffset, pauseIn, serverStalls, stolenIn, tightestOffset, watchPauses } from './pauses.ts';
import type { TrueStream } from './truth-join.ts';

test('the tightest bracket decides, and the offset is taken to its middle', () => {
  const readings = [
    { before: 1000, own: 3, after: 1010 },
    { before: 1020, own: 21, after: 1022 },
    { before: 1030, own: 31, after: 1050 },
  ];
  expect(tightestOffset(readings)).toBe(1021 - 21);
});

test("an instant of this process lies between what the machine's clock said before and after it", () => {
  const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;
  const offset = machineOffset();
  const before = machineNow();
  const own = performance.now() + offset;
  const after = machineNow();
  expect(own).toBeGreaterThan(before - 0.1);
  expect(own).toBeLessThan(after + 0.1);
});

const stream = (eventId: string, ...times: [due: number, written: number][]): TrueStream => ({
  eventId,
  received: 0,
  frames: times.map(([due, written]) => ({ kind: 'content', due, written })),
});

test('a server that writes nothing for 2 ms although something is due is stalled', () => {
  expect(
    serverStalls([stream('a', [10, 10], [30, 31.9], [40, 45]), stream('b', [20, 20], [41, 45.1])]),
  ).toEqual([{ from: 40, to: 45 }]);
});

test('a write that was long due when the one before it was made waited for no more than its turn', () => {
  expect(serverStalls([stream('a', [10, 30]), stream('b', [10, 31]), stream('c', [10, 34])])).toEqual([
    { from: 31, to: 34 },
  ]);
});

test('stolen time is the eighth number, in hundredths of a second', () => {
  const stat = 'cpu  140615 0 27827 530366 946 0 855 1184 7 9\ncpu0 67935 0 12751 269025 58 0 452 617 0 0\n';
  expect(stolenIn(stat)).toBe(11_840);
});

test('if the kernel does not report it, or reports something else, nothing is guessed', () => {
  expect(stolenIn('cpu  140615 0 27827 530366\n')).toBeUndefined();
  expect(stolenIn('')).toBeUndefined();
});

test('a nap of a millisecond that lasts another one longer held a pause', () => {
  expect(pauseIn({ from: 10, to: 11.9 })).toBeUndefined();
  expect(pauseIn({ from: 10, to: 12 })).toEqual({ from: 11, to: 12 });
});

test('the watch continues while the event loop is blocked, and ends when it is stopped', async () => {
  const watch = await watchPauses();
  const until = performance.now() + 30;
  while (performance.now() < until);
  const { pauses, cpuMs } = await watch.end();
  expect(cpuMs).toBeGreaterThan(0);
  for (const { from, to } of pauses) expect(to).toBeGreaterThan(from);
});
