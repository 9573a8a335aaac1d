import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measuringFlags } from './base/measuring-flags.ts';
import { onlyRun, scratch, start, suites } from './cli/testing/gatebench.ts';
import { readManifest } from './journal/manifest.ts';

test.each([
  ['under flags of its own', '', measuringFlags.join(' ')],
  ['under those of the user, if these are about the same', '--max_semi_space_size=8', ''],
])('measures %s', async (_, options, flags) => {
  await using cwd = await scratch();
  const args = ['run', join(suites, 'smoke.yaml'), '--route', 'demo', '--models', 'swift', '--repeat', '1'];
  const { code } = await start([...args, '--quiet'], cwd.path, { NODE_OPTIONS: options }).finished;
  expect(code).toBe(0);
  expect((await readManifest(await onlyRun(cwd.path))).versions.node_flags).toBe(flags);
});

test('goes on as it is where Node may not start again', async () => {
  await using cwd = await scratch();
  const env = { NODE_OPTIONS: '--permission --allow-fs-read=*' };
  const { code, stderr } = await start(['run', 'nowhere.yaml'], cwd.path, env).finished;
  expect(stderr).toContain('nowhere.yaml: does not exist');
  expect(code).toBe(2);
});
