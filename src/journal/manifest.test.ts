import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../base/testing/scratch.ts';
import { UserError } from '../base/user-error.ts';
import { mistake } from '../base/testing/mistake.ts';
import { describeMachine, readManifest, writeManifest } from './manifest.ts';
import { manifestOf } from './testing/manifest.ts';

test('a manifest comes back as it was written, line by line and whole', async () => {
  await using scratch = await scratchFolder();
  const manifest = manifestOf({
    status: 'complete',
    ended_at: '2026-11-22T03:27:00.000Z',
    notes: [{ at: '2026-11-22T03:20:00.000Z', text: 'glm: calm again — "ok"\n"quoted"' }],
    loop_utilisation: 0.125,
    shard: { index: 1, count: 4 },
    calibration: {
      measured_at: '2026-11-20T03:17:00.000Z',
      sentence: 'Proven.',
      levels: [],
      more: [1, null],
    },
  });
  await writeManifest(scratch.path, manifestOf());
  await writeManifest(scratch.path, manifest);
  expect(await readManifest(scratch.path)).toEqual(manifest);
  expect(await readFile(join(scratch.path, 'run.json'), 'utf8')).toMatch(
    /^\{\n {2}"schema_version": 1,\n[^]*\}\n$/,
  );
  expect(await readdir(scratch.path)).toEqual(['run.json']);
});

test.each([
  ['cut off', '{"schema_version": 1, "run_id": "2026', /is damaged: .*JSON/],
  ['empty', '', /is damaged: .*JSON/],
  ['of a later version', '{"schema_version": 2}', /has schema version 2; this gatebench reads version 1\.$/],
  [
    'of a version in words',
    '{"schema_version": "1"}',
    /has schema version "1"; this gatebench reads version 1\.$/,
  ],
  ['another file', '{"name": "x"}', /has no schema version; this gatebench reads version 1\.$/],
  ['a list', '[]', /has no schema version/],
  ['nothing', 'null', /has no schema version/],
  ['a number', '1', /has no schema version/],
])('one that is %s is refused by its path', async (_what, text, message) => {
  await using scratch = await scratchFolder();
  const path = join(scratch.path, 'run.json');
  await writeFile(path, text);
  const said = await mistake(readManifest(scratch.path));
  expect(said.startsWith(`${path} `)).toBe(true);
  expect(said).toMatch(message);
});

test('a folder without one is not a run', async () => {
  await using scratch = await scratchFolder();
  await expect(readManifest(scratch.path)).rejects.toThrow(
    new UserError(`${scratch.path} is not a run: it has no run.json.`),
  );
});

test('the machine is described by its kind and size, not by its name', () => {
  const machine = describeMachine();
  expect(Object.keys(machine)).toEqual(['platform', 'arch', 'cpu', 'cpus', 'memory_gib']);
  expect(machine.cpus).toBeGreaterThanOrEqual(1);
  expect(machine.cpu).not.toBe('');
});
