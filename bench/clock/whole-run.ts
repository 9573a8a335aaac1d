import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measuringFlags } from '../../src/base/measuring-flags.ts';
import { readRequests } from '../../src/journal/read-journal.ts';
import { listRuns } from '../../src/journal/run-folder.ts';
import { spawnMock } from '../../src/mock/spawn.ts';
import { ascending, quantile } from '../../src/stats/quantile.ts';
import { certificate } from '../../src/wire/testing/certificate.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import { watched } from '../scale/watched.ts';
import { lookOn } from './look-on.ts';
import type { Findings, RunTask } from './task.ts';

const models = ['a', 'b', 'c', 'd'];
const prompts = 50;

/** The command as users run it, from its start to its report, against a server that costs next to nothing. */
export async function measureRun(task: RunTask, flags = measuringFlags): Promise<Findings['run']> {
  const { requests } = task;
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  try {
    const { out, cpuMs } = await runShort(task, folder, flags);
    const ends: number[] = [];
    const lags: number[] = [];
    for await (const row of readRequests(out)) {
      if (row.status === 'ok' && row.ended_at !== undefined) ends.push(Date.parse(row.ended_at));
      if (row.client_lag_ms !== undefined) lags.push(row.client_lag_ms);
    }
    if (ends.length < requests) throw new Error(`${requests - ends.length} of ${requests} requests failed`);
    ends.sort((a, b) => a - b);
    const [from, to90] = [Math.floor(requests * 0.1), Math.floor(requests * 0.9)];
    // Rows are in the order in which they ended: the first are those that started all at once.
    const steady = ascending(lags.slice(from));
    return {
      perSecond: ((to90 - from) * 1000) / Math.max(1, ends[to90]! - ends[from]!),
      cpuMs: cpuMs / requests,
      lagMs: { p50: quantile(steady, 0.5), p99: quantile(steady, 0.99) },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs it, in an existing folder. `flags`: of its Node. */
export async function runShort(
  task: RunTask,
  folder: string,
  flags = measuringFlags,
): Promise<{ out: string; cpuMs: number }> {
  await using server = await serverOf(task);
  const suite = join(folder, 'suite.json');
  await writeFile(suite, JSON.stringify(suiteOf(task)));
  const results = join(folder, 'results');
  const viewer = task.isViewed ? await lookOn(results) : undefined;
  const to = ['--route', 'local', '--base-url', server.url, '--results', results];
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, certificate);
  const env = { NODE_EXTRA_CA_CERTS: authority };
  const args = ['run', suite, ...to, '--seed', '1', '--quiet'];
  const { code, cpuMs } = await watched(args, folder, env, flags).ended;
  await viewer?.end();
  if (code !== 0) throw new Error(`gatebench run ended with ${String(code)}`);
  return { out: (await listRuns(results))[0]!, cpuMs };
}

/** Sends all pieces of an answer at once, or at a steady pace. */
async function serverOf({ frames, isTls, paceMs }: RunTask): Promise<AsyncDisposable & { url: string }> {
  if (paceMs === undefined) {
    const server = await spawnInstantServer({ isTls });
    return {
      url: `${server.url}/stream/${frames}`,
      [Symbol.asyncDispose]() {
        server[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  }
  const mock = await spawnMock();
  return { url: `${mock.url}/v1`, [Symbol.asyncDispose]: () => mock.stop() };
}

function suiteOf({ concurrency, requests, frames, paceMs }: RunTask): object {
  const paced = `custom-ollama/sim-exact?ttftMs=100&gapMs=${paceMs}&answerFrames=${frames}`;
  return {
    version: 1,
    name: 'bench',
    models: models.map((id) => ({ id, model: paceMs === undefined ? `custom-ollama/sim-${id}` : paced })),
    prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
    run: { repeat: Math.ceil(requests / models.length / prompts), warmup: 0, concurrency },
  };
}
