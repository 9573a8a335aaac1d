import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readRequests } from '../../src/journal/read-journal.ts';
import { certificate } from '../../src/wire/testing/certificate.ts';
import { spawnInstantServer } from '../servers/spawn.ts';
import { watched } from '../scale/watched.ts';
import type { Findings, RunTask } from './task.ts';

const models = ['a', 'b', 'c', 'd'];
const prompts = 50;
const bin = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));

/** The command as users run it, from its start to its report, against a server that costs next to nothing. */
export async function measureRun(task: RunTask, flags: readonly string[] = []): Promise<Findings['run']> {
  const { requests } = task;
  const folder = await mkdtemp(join(tmpdir(), 'gatebench-bench-'));
  try {
    const { out, cpuMs } = await runShort(task, folder, flags);
    const ends: number[] = [];
    for await (const row of readRequests(out))
      if (row.status === 'ok' && row.ended_at !== undefined) ends.push(Date.parse(row.ended_at));
    if (ends.length < requests) throw new Error(`${requests - ends.length} of ${requests} requests failed`);
    ends.sort((a, b) => a - b);
    const [from, to90] = [Math.floor(requests * 0.1), Math.floor(requests * 0.9)];
    return {
      perSecond: ((to90 - from) * 1000) / Math.max(1, ends[to90]! - ends[from]!),
      cpuMs: cpuMs / requests,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Sends it, in an existing folder. `flags` are further ones for its Node. */
export async function runShort(
  { concurrency, requests, frames, isTls, isViewed }: RunTask,
  folder: string,
  flags: readonly string[] = [],
): Promise<{ out: string; cpuMs: number }> {
  using server = await spawnInstantServer({ isTls });
  const suite = join(folder, 'suite.json');
  await writeFile(suite, JSON.stringify(suiteOf(concurrency, requests)));
  const out = join(folder, 'run');
  await using look = new AsyncDisposableStack();
  if (isViewed) look.use(await viewerOf(folder));
  const to = ['--route', 'local', '--base-url', `${server.url}/stream/${frames}`, '--out', out];
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, certificate);
  const env = { NODE_EXTRA_CA_CERTS: authority };
  const args = ['run', suite, ...to, '--seed', '1', '--quiet'];
  const { code, cpuMs } = await watched(args, folder, env, flags).ended;
  if (code !== 0) throw new Error(`gatebench run ended with ${String(code)}`);
  return { out, cpuMs };
}

/** A viewer: loads the list of all runs below a folder three times a second until it is stopped. */
async function viewerOf(folder: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [bin, 'view', '--results', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  const asking = setInterval(
    () =>
      void fetch(url).then(
        (page) => page.text(),
        () => undefined,
      ),
    333,
  );
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(asking);
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

function suiteOf(concurrency: number, requests: number): object {
  return {
    version: 1,
    name: 'bench',
    models: models.map((id) => ({ id, model: `custom-ollama/sim-${id}` })),
    prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
    run: { repeat: Math.ceil(requests / models.length / prompts), warmup: 0, concurrency },
  };
}
