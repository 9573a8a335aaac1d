import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchTruth } from '../../src/diagnose/calibrate/truth-join.ts';
import { benchRequest } from '../clients/request.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import { joinRust, type RustDetails } from './rust-join.ts';
import { benchShape, type Findings, type PeerTask, waveRounds } from './task.ts';

/** Folder of sglang's extension `_bench`. Undefined if not given: its rows stay empty. */
export const rustFolder = process.env['GATEBENCH_SGLANG'];

const script = fileURLToPath(new URL('../clients/sglang.py', import.meta.url));

/** The same short answers, requested by sglang's Rust client. */
export async function measureRust(task: PeerTask<'rust'>): Promise<Findings['rust']> {
  const { concurrency, requests, frames } = task;
  using server = await spawnInstantServer();
  const found = await askRust({
    base_url: `${server.url}/stream/${frames}`,
    model: 'sim-instant',
    num_prompts: requests,
    max_concurrency: concurrency,
  });
  return { perSecond: found.request_throughput };
}

/** The wave of the other clients: the same number of requests, answered by streams of the same shape. */
export async function measureRustWave(mockUrl: string, streams: number): Promise<Findings['rust wave']> {
  const { body, headers } = benchRequest(mockUrl, '', benchShape, { namesEvent: true });
  const found = await askRust({
    base_url: mockUrl,
    model: body.model,
    num_prompts: streams * waveRounds,
    max_concurrency: streams,
    headers: [`x-sim: ${headers['x-sim']}`],
    extra_request_body: JSON.stringify({ stream_options: body.stream_options }),
    output_details: true,
  });
  return joinRust(found, await fetchTruth(mockUrl), streams);
}

/** What the client is told. Its other settings are in the script. */
interface RustConfig {
  base_url: string;
  model: unknown;
  num_prompts: number;
  max_concurrency: number;
  headers?: readonly string[];
  extra_request_body?: string;
  output_details?: boolean;
}

/** `RustDetails` only if they were asked for. */
type RustFound = RustDetails & { completed: number; request_throughput: number };

async function askRust(config: RustConfig): Promise<RustFound> {
  if (rustFolder === undefined) throw new Error('GATEBENCH_SGLANG names no folder');
  const cwd = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  try {
    const args = [script, rustFolder, JSON.stringify(config)];
    await promisify(execFile)('python3', args, { cwd, timeout: 60_000 });
    const found = JSON.parse(await readFile(join(cwd, 'found.jsonl'), 'utf8')) as RustFound;
    const failed = config.num_prompts - found.completed;
    if (failed > 0) throw new Error(`${failed} requests failed`);
    return found;
  } finally {
    await rm(cwd, { recursive: true });
  }
}
