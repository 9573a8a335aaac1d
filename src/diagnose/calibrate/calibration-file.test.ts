import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../base/testing/scratch.ts';
import type { Calibration } from '../../journal/calibration.ts';
import { describeMachine } from '../../journal/manifest.ts';
import { calibrationFile, loadCalibration, saveCalibration, stateFolder } from './calibration-file.ts';
import { level } from './testing/level.ts';

const calibration: Calibration = {
  schema_version: 1,
  measured_at: '2026-11-22T03:17:00.000Z',
  machine: describeMachine(),
  versions: { gatebench: '0.1.0', node: '24.0.0' },
  tokens_per_second: 50,
  tokens: 60,
  levels: [level(1, 0.5)],
  sentence: 'All is well.',
};

test('what was saved is loaded, and a later one takes its place', async () => {
  await using scratch = await scratchFolder();
  const below = join(scratch.path, 'not', 'there', 'yet');
  await saveCalibration({ ...calibration, sentence: 'Earlier.' }, below);
  const file = await saveCalibration(calibration, below);
  expect(loadCalibration(below)).toEqual(calibration);
  expect(await readdir(below)).toEqual([file.slice(below.length + 1)]);
});

test('none, a damaged one and one of another version are all none', async () => {
  await using scratch = await scratchFolder();
  const folder = scratch.path;
  expect(loadCalibration(folder)).toBeUndefined();
  await writeFile(calibrationFile(folder), '{"schema_version":1,');
  expect(loadCalibration(folder)).toBeUndefined();
  await writeFile(calibrationFile(folder), JSON.stringify({ ...calibration, schema_version: 2 }));
  expect(loadCalibration(folder)).toBeUndefined();
});

test("the user's state folder is XDG's, or its default", () => {
  expect(stateFolder({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/gatebench');
  expect(stateFolder({ XDG_STATE_HOME: '' })).toMatch(/\.local\/state\/gatebench$/);
});
