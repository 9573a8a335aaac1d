import { expect, test } from 'vitest';
import { machineOffset, tightestOffset } from './machine-clock.ts';

test('the tightest bracket decides, and the offset is taken to its middle', () => {
  const readings = [
    { before: 1000, own: 3, after: 1010 },
    { before: 1020, own: 21, after: 1022 },
    { before: 1030, own: 31, after: 1050 },
  ];
  expect(tightestOffset(readings)).toBe(1021 - 21);
});

test('an instant of this process lies between what the machine’s clock said before and after it', () => {
  const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;
  const offset = machineOffset();
  const before = machineNow();
  const own = performance.now() + offset;
  const after = machineNow();
  expect(own).toBeGreaterThan(before - 0.1);
  expect(own).toBeLessThan(after + 0.1);
});
