import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveCalibration } from '../../diagnose/calibrate/calibration-file.ts';
import { type Calibration, isProven } from '../../journal/calibration.ts';
import { readManifest } from '../../journal/manifest.ts';
import { startRedis, type TestServer, withoutRedis } from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch } from '../testing/gatebench.ts';
import { suiteOf, trial } from './testing/trial.ts';

const figures = { n: 200, p50: 0.1, p99: 0.3, max: 0.4 };
const calibration: Calibration = {
  ...{ schema_version: 1, measured_at: '2026-01-02T03:04:05.000Z', tokens_per_second: 50, tokens: 40 },
  machine: { platform: 'linux', arch: 'x64', cpu: 'one', cpus: 2, memory_gib: 4 },
  versions: { gatebench: '1.0.0', node: '24.0.0' },
  levels: [1, 4].map((streams) => ({
    ...{ streams, measured: 200, failed: 0, chunks: 8000 },
    ...{
      arrival_error_ms: figures,
      ttft_error_ms: figures,
      request_ms: figures,
      server_lateness_ms: figures,
    },
    bound: { rows: 200, held: 200, broken_elsewhere: 0 },
    ...{ loop_utilisation: 0.1, cpu_us_per_chunk: 5, pauses: { count: 0, longest_ms: 0 } },
  })),
  sentence: 'Up to 4 streams of 50 tok/s this machine reads TTFT within 0.3 ms (p99).',
};

describe.skipIf(withoutRedis !== undefined)('the clock of each worker', () => {
  let queue: TestServer;
  beforeAll(async () => {
    queue = await startRedis();
  });
  afterAll(() => queue[Symbol.asyncDispose]());

  test('is in the manifest; rows of a worker without a proof say so, and so do table and page', async () => {
    await using cwd = await scratch();
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts: 8 }));
    await saveCalibration(calibration, join(cwd.path, '.state', 'gatebench'));
    const workers = [t.worker('--name', 'w1', '--calibrate'), t.worker('--name', 'w2')];
    const { code, stdout, stderr } = await t.run('--workers', '2').finished;
    for (const worker of workers) worker.stop();
    for (const { finished } of workers) expect((await finished).code).toBe(0);
    expect(code, stderr).toBe(0);

    const { workers: known = [], calibration: own } = await readManifest(await t.folder());
    expect(known.find(({ name }) => name === 'w1')?.calibration).toEqual(calibration);
    expect(known.find(({ name }) => name === 'w2')?.calibration).toBeUndefined();
    // That of the machine that asks nobody says nothing.
    expect(own).toBeUndefined();

    const rows = await t.rows();
    for (const row of rows) {
      expect(row.stream_notes?.includes('unproven_clock') ?? false).toBe(row.worker === 'w2');
      expect(row.client_lag_ms).toBeGreaterThanOrEqual(0);
    }
    expect(new Set(rows.map(({ worker }) => worker))).toEqual(new Set(['w1', 'w2']));
    const words = /clock of the worker w2 is not proven for 4 requests in flight.*unproven_clock/s;
    expect(stdout).toMatch(words);
    const { code: paged } = await gatebench(
      ['report', await t.folder(), '--format', 'html', '--out', 'page.html'],
      cwd.path,
    );
    expect(paged).toBe(0);
    const page = await readFile(join(cwd.path, 'page.html'), 'utf8');
    expect(page).toMatch(words);
    expect(page).toContain(`w1: ${calibration.sentence}`);
    expect(page).toMatch(
      /<figure id="picture-workers">[^]*by worker: w1 has \d+ answers? that count[^]*; w2 has/,
    );
  });

  test('is looked at when it starts, at its concurrency', async () => {
    await using cwd = await scratch();
    await using t = await trial(cwd.path, queue.url, suiteOf({ prompts: 1 }));
    const worker = t.worker('--name', 'w1', '--calibrate', '--concurrency', '1');
    const { code, stderr } = await t.run().finished;
    worker.stop();
    expect((await worker.finished).stderr).toContain('checking the clock of this machine with 1 stream');
    expect(code, stderr).toBe(0);
    const { workers: [known] = [] } = await readManifest(await t.folder());
    const found = known!.calibration as Calibration;
    expect(found.levels.map(({ streams }) => streams)).toEqual([1]);
    for (const row of await t.rows())
      expect(row.stream_notes?.includes('unproven_clock') ?? false).toBe(!isProven(found, 1));
  });
});
