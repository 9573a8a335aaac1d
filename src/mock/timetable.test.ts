import { expect, test } from 'vitest';
import { machineNow, Timetable } from './timetable.ts';

test('runs everything once, in order of due time, never before it is due', async () => {
  const timetable = new Timetable();
  const start = machineNow();
  const offsets = [9, 3, 3.25, 0.5, 7, 3.1, -1];
  const ran: { offset: number; at: number }[] = [];
  await new Promise<void>((resolve) => {
    for (const offset of offsets)
      timetable.at(start + offset, () => {
        ran.push({ offset, at: machineNow() - start });
        if (ran.length === offsets.length) resolve();
      });
  });
  expect(ran.map(({ offset }) => offset)).toEqual([...offsets].sort((a, b) => a - b));
  expect(ran.every(({ offset, at }) => at >= offset)).toBe(true);
});

test('a hundred random dues come in order', async () => {
  const timetable = new Timetable();
  const start = machineNow();
  const dues = Array.from({ length: 100 }, (_, index) => start + ((index * 37) % 100) / 50);
  const ran: number[] = [];
  await new Promise<void>((resolve) => {
    for (const due of dues) timetable.at(due, () => ran.push(due) === dues.length && resolve());
  });
  expect(ran).toEqual([...dues].sort((a, b) => a - b));
});

test('what is added while it runs is run, too', async () => {
  const timetable = new Timetable();
  const ran = await new Promise<string>((resolve) => {
    timetable.at(machineNow(), () => timetable.at(machineNow(), () => resolve('second')));
  });
  expect(ran).toBe('second');
});

test('runs nothing after it was closed', async () => {
  const timetable = new Timetable();
  let ran = false;
  timetable.at(machineNow(), () => (ran = true));
  timetable.close();
  timetable.at(machineNow(), () => (ran = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ran).toBe(false);
});
