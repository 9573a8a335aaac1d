import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Calibration } from '../journal/calibration.ts';
import { saveCalibration, stateFolder } from '../diagnose/calibrate/calibration-file.ts';
import { level } from '../diagnose/calibrate/testing/level.ts';
import { describeMachine, type Manifest } from '../journal/manifest.ts';
import { createMock } from '../mock/mock-server.ts';
import { gatebench, onlyRun, scratch } from './testing/gatebench.ts';

const suite = `
version: 1
name: short
models: [custom-ollama/sim-instant]
prompts: [{ id: one, prompt: Hello? }]
run: { repeat: 1, warmup: 0, concurrency: 4 }
`;

const proven: Calibration = {
  schema_version: 1,
  measured_at: '2026-11-22T03:17:00.000Z',
  machine: describeMachine(),
  versions: { gatebench: '0.1.0', node: process.versions.node },
  tokens_per_second: 50,
  tokens: 60,
  levels: [level(8, 0.5)],
  sentence: 'Up to 8 streams of 50 tok/s this machine reads TTFT within 0.5 ms (p99).',
};

const unproven = /! The clock of this machine is not proven for 4 requests in\s+flight/;

test('what was calibrated is carried by the runs after it, and said under their tables', async () => {
  await using folder = await scratch();
  const mock = await createMock({ gatewayToken: 'token-of-the-test' });
  await writeFile(join(folder.path, 'suite.yaml'), suite);
  const run = (): ReturnType<typeof gatebench> =>
    gatebench(['run', 'suite.yaml', '--base-url', `${mock.url}/v1/acc/gw/compat`], folder.path, {
      CF_AIG_TOKEN: 'token-of-the-test',
      XDG_STATE_HOME: folder.path,
    });

  expect((await run()).stdout).toMatch(unproven);

  await saveCalibration(proven, stateFolder({ XDG_STATE_HOME: folder.path }));
  const { stdout } = await run();
  expect(stdout).not.toMatch(unproven);
  expect(stdout).toMatch(/clock: Up to 8 streams of 50 tok\/s .*\s+.*Calibrated 2026-11-22\./);
  const written = /Written to (.*)\/\n/.exec(stdout)![1]!;
  const manifest = JSON.parse(await readFile(join(folder.path, written, 'run.json'), 'utf8')) as Manifest;
  expect(manifest.calibration).toEqual(proven);
  await mock.close();
});

test('simulated models need no proof', async () => {
  await using folder = await scratch();
  await writeFile(join(folder.path, 'suite.yaml'), suite);
  const { stdout } = await gatebench(['run', 'suite.yaml', '--route', 'demo'], folder.path);
  expect(stdout).not.toMatch(/clock/i);
  const manifest = JSON.parse(
    await readFile(join(await onlyRun(folder.path), 'run.json'), 'utf8'),
  ) as Manifest;
  expect(manifest.calibration).toBeUndefined();
});
