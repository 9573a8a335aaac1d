import { cell, prompt } from '../../plan/testing/planned.ts';
import type { Manifest } from '../manifest.ts';

/** The manifest of a small run that has just begun, with the fields that matter to the test. */
export function manifestOf(rest: Partial<Manifest> = {}): Manifest {
  return {
    schema_version: 1,
    run_id: '20261122T031700Z-abcdef',
    suite: {
      version: 1,
      name: 'smoke',
      tags: [],
      gateway: { auth: 'aig', headers: {}, logPayload: true },
      models: [cell('glm').model],
      prompts: [prompt('faq')],
      run: {
        repeat: 3,
        warmup: 1,
        order: 'blocks',
        concurrency: 3,
        timeouts: { connectMs: 10_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 300_000 },
        retry: { max: 2, backoffMs: [1000, 30_000], maxWaitMs: 60_000, outageMs: 60_000 },
        budget: {},
        answers: 'full',
        maxErrorRate: 0.05,
      },
      thresholds: [],
    },
    suite_hash: 'c0ffee',
    suite_file: 'suites/smoke.yaml',
    seed: 42,
    routes: [{ route: 'demo', host: '127.0.0.1' }],
    planned_requests: 4,
    versions: { gatebench: '0.1.0', openai: '7.57.0', undici: '8.12.4', node: '24.21.0' },
    machine: { platform: 'linux', arch: 'x64', cpu: 'a processor', cpus: 2, memory_gib: 8 },
    started_at: '2026-11-22T03:17:00.000Z',
    status: 'running',
    notes: [],
    ...rest,
  };
}
