import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest } from '../../journal/manifest.ts';
import { gatebench, onlyRun, scratch } from '../testing/gatebench.ts';

/** Keeps this thread from its other work for nine tenths of the time, until it is stopped. */
function hogged(): () => void {
  const timer = setInterval(() => {
    const until = performance.now() + 45;
    while (performance.now() < until);
  }, 50);
  return () => clearInterval(timer);
}

const suite = `version: 1
name: busy
models: [custom-ollama/sim-swift]
prompts: [${['a', 'b', 'c', 'd'].map((id) => `{ id: ${id}, prompt: Say ${id}. }`).join(', ')}]
run: { repeat: 2, warmup: 0, concurrency: 2 }
thresholds: [{ metric: geomean(e2e_latency_ms), max: 60000 }]
`;

test('a machine that is too busy to measure ends a strict run with 3, though every limit is kept', async () => {
  await using cwd = await scratch();
  await writeFile(join(cwd.path, 'busy.yaml'), suite);
  const release = hogged();
  const args = ['run', 'busy.yaml', '--route', 'demo', '--quiet'];
  const { code, stdout } = await gatebench([...args, '--strict'], cwd.path).finally(release);
  expect(stdout).toContain('machine too busy to measure');
  const { status, too_busy: tooBusy } = await readManifest(await onlyRun(cwd.path));
  expect([code, status]).toEqual([3, 'complete']);
  expect(tooBusy).toBeDefined();
});
