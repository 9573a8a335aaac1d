import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spawnInstantServer } from '../servers/spawn.ts';
import type { Findings, RustTask } from './task.ts';

/** Folder of sglang's extension `_bench`. Undefined if not given: its rows stay empty. */
export const rustFolder = process.env['GATEBENCH_SGLANG'];

const script = fileURLToPath(new URL('../clients/sglang.py', import.meta.url));

/** The same short answers, requested by sglang's Rust client. */
export async function measureRust({ concurrency, requests, frames }: RustTask): Promise<Findings['rust']> {
  if (rustFolder === undefined) throw new Error('GATEBENCH_SGLANG names no folder');
  const cwd = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  using server = await spawnInstantServer();
  try {
    const url = `${server.url}/stream/${frames}`;
    const args = [script, rustFolder, url, String(requests), String(concurrency)];
    const { stdout } = await promisify(execFile)('python3', args, { cwd, timeout: 60_000 });
    const found = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
      completed: number;
      perSecond: number;
    };
    if (found.completed < requests) throw new Error(`${requests - found.completed} requests failed`);
    return { perSecond: found.perSecond };
  } finally {
    await rm(cwd, { recursive: true });
  }
}
