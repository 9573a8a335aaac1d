import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { outputOf } from '../../base/testing/programs.ts';
import { scratchFolder } from '../../base/testing/scratch.ts';
import { UserError } from '../../base/user-error.ts';
import { roundsFor } from './calibrate.ts';
import type { Calibration } from '../../journal/calibration.ts';
import { loadCalibration, stateFolder } from './calibration-file.ts';

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));

test('the whole way: real streams, compared with the truth, printed and kept', async () => {
  await using state = await scratchFolder();
  const env = { ...process.env, XDG_STATE_HOME: state.path };
  const flags = ['--concurrency', '4,1', '--tokens', '8', '--tokens-per-second', '400', '--seconds', '0'];
  const args = [bin, 'calibrate', ...flags, '--json', '--save'];
  const { stdout } = await outputOf(process.execPath, args, { cwd: state.path, env });
  const calibration = JSON.parse(stdout) as Calibration;
  expect(calibration).toMatchObject({ schema_version: 1, tokens: 8, tokens_per_second: 400 });
  expect(calibration.levels.map(({ streams, failed }) => [streams, failed])).toEqual([
    [1, 0],
    [4, 0],
  ]);
  for (const { measured, chunks, arrival_error_ms, bound, cpu_us_per_chunk } of calibration.levels) {
    expect(measured).toBeGreaterThan(0);
    expect(chunks).toBe(measured * 8);
    expect(bound.rows).toBe(measured);
    // Nothing is seen before it is written: both sides really share a clock.
    expect(arrival_error_ms.p50).toBeGreaterThan(0);
    expect(cpu_us_per_chunk).toBeGreaterThan(0);
  }
  expect(loadCalibration(stateFolder(env))).toEqual(calibration);
});

const shape = { tokensPerSecond: 50, tokens: 60, ttftMs: 20 };

test('rounds fill the time, and one more for the ramps', () => {
  // 20 + 59 × 20 ms: 1.2 s each.
  expect(roundsFor(8, { shape, secondsPerLevel: 12 })).toBe(11);
  expect(roundsFor(8, { shape, secondsPerLevel: 0 })).toBe(3);
});

test('no more is asked for than the truth server remembers', () => {
  // 2,000,000 frames ÷ (997 + 3) ÷ 500 streams.
  expect(roundsFor(500, { shape: { ...shape, tokens: 997 }, secondsPerLevel: 3600 })).toBe(4);
  expect(() => roundsFor(512, { shape: { ...shape, tokens: 5000 }, secondsPerLevel: 10 })).toThrow(UserError);
});
