import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { withSections } from '../src/cli/readme-sections.ts';
import { describeMachine } from '../src/journal/manifest.ts';
import { readRequests } from '../src/journal/read-journal.ts';
import {
  startPostgres,
  startRedis,
  type TestServer,
  withoutPostgres,
  withoutRedis,
} from '../src/queue/testing/queue-servers.ts';
import { ascending, quantile } from '../src/stats/quantile.ts';
import { type QueueFigures, type QueueMeasured, queueTable } from './queue/figures.ts';
import { reckoningText } from './queue/reckoning.ts';
import { watched } from './scale/watched.ts';
import { spawnInstantServer } from './servers/spawn.ts';

/*
 * node bench/queue.ts [--write]
 *
 * The cost of sending through workers: the real `gatebench run` alone, then over Redis and PostgreSQL, each with one
 * worker and with three, all on this machine, against a server that answers at once. One request in flight shows the
 * overhead of a job; 32 in flight show how many jobs a second get through. About a minute. A server that is not
 * installed is named, and its lines are left out. --write puts the figures, and the calculation at scale, into
 * bench/README.md.
 */
const { values: flags } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const measuredFile = new URL('./queue/measured.json', import.meta.url);
const readme = fileURLToPath(new URL('./README.md', import.meta.url));

/** Requests of each part: enough for a p99 with one in flight, and for seconds of work with 32. */
const few = 300;
const many = { own: 6000, redis: 2400, postgres: 1200 };
const atOnce = 32;

const folder = await mkdtemp(join(tmpdir(), 'gatebench-queue-'));
try {
  const { cpus, cpu } = describeMachine();
  const machine = `Node ${process.versions.node}, ${cpus} × ${cpu}, load before ${loadavg()[0]!.toFixed(1)}`;
  const lines: QueueFigures[] = [await alone()];
  for (const [name, missing, start, requests] of [
    ['Redis', withoutRedis, startRedis, many.redis],
    ['PostgreSQL', withoutPostgres, startPostgres, many.postgres],
  ] as const) {
    if (missing !== undefined) process.stderr.write(`${name} is not here: ${missing}\n`);
    else
      for (const workers of [1, 3]) {
        await using server = await start();
        lines.push(await throughQueue(name, server, workers, requests));
      }
  }
  const found: QueueMeasured = {
    machine: `${machine}, after ${loadavg()[0]!.toFixed(1)}`,
    lines,
  };
  process.stdout.write(`${queueTable(found)}\n\n${reckoningText(found)}\n`);
  if (flags.write) await write(found);
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Connections are kept alive; nothing waits for them.
process.exit();

/** Keeps the figures, and writes both sections of the page. */
async function write(measured: QueueMeasured): Promise<void> {
  await writeFile(measuredFile, `${JSON.stringify(measured, null, 2)}\n`);
  const text = withSections(await readFile(readme, 'utf8'), {
    queue: `\n\n${queueTable(measured)}\n\n`,
    reckoning: `\n\n${reckoningText(measured)}\n\n`,
  });
  await writeFile(readme, await format(text, { ...(await resolveConfig(readme)), filepath: readme }));
}

async function alone(): Promise<QueueFigures> {
  process.stderr.write('in this process …\n');
  using server = await spawnInstantServer();
  const to = ['--base-url', `${server.url}/stream/1`];
  const one = await measured('own-1', 1, few, to);
  const full = await measured('own-many', atOnce, many.own, to);
  return { engine: 'p-limit, in process', one: perSecondOf(one), full: perSecondOf(full) };
}

async function throughQueue(
  engine: string,
  server: TestServer,
  workers: number,
  requests: number,
): Promise<QueueFigures> {
  process.stderr.write(`${engine}, ${workers === 1 ? '1 worker' : `${workers} workers`} …\n`);
  const env = { GATEBENCH_QUEUE_URL: server.url };
  using answering = await spawnInstantServer();
  const team = Array.from({ length: workers }, (_, n) => startWorker(`w${n + 1}`, answering.url, env));
  try {
    const to = ['--queue', '--workers', String(workers), '--worker-timeout', '30s'];
    const name = `${engine}-${workers}`.toLowerCase();
    const one = await measured(`${name}-1`, 1, few, to, env);
    const full = await measured(`${name}-many`, atOnce, requests, to, env);
    return { engine, workers, ...withDispatch(one, full) };
  } finally {
    await Promise.all(team.map(ended));
  }
}

function startWorker(name: string, url: string, env: Record<string, string>): ChildProcess {
  const to = ['--base-url', `${url}/stream/1`, '--name', name, '--concurrency', String(atOnce)];
  return spawn(process.execPath, [bin, 'worker', '--no-calibrate', ...to], {
    ...{ cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const closed = once(child, 'close');
  child.stderr?.resume();
  child.kill();
  await closed;
}

/** When a request was answered, and what it cost to dispatch it. */
interface Answered {
  endedAt: number;
  dispatchMs: number | undefined;
}

/** Runs the whole command with one model. Leaves out the first tenth, in which everything is new. */
async function measured(
  name: string,
  concurrency: number,
  requests: number,
  to: readonly string[],
  env: Record<string, string> = {},
): Promise<Answered[]> {
  const suite = join(folder, `${name}.json`);
  const prompts = 50;
  await writeFile(
    suite,
    JSON.stringify({
      ...{ version: 1, name, models: [{ id: 'a', model: 'custom-ollama/sim-a' }] },
      prompts: Array.from({ length: prompts }, (_, n) => ({ id: `p${n}`, prompt: `Question number ${n}?` })),
      run: { repeat: Math.ceil(requests / prompts), warmup: 0, concurrency },
    }),
  );
  const out = join(folder, name);
  const rest = ['--route', 'local', '--out', out, '--seed', '1', '--quiet', ...to];
  const { code } = await watched(['run', suite, ...rest], folder, env).ended;
  if (code !== 0) throw new Error(`gatebench run ended with ${String(code)}`);
  const answered: Answered[] = [];
  for await (const row of readRequests(out))
    if (row.status === 'ok' && row.ended_at !== undefined)
      answered.push({ endedAt: Date.parse(row.ended_at), dispatchMs: row.dispatch_ms });
  if (answered.length < requests)
    throw new Error(`${requests - answered.length} of ${requests} requests failed`);
  return answered.toSorted((a, b) => a.endedAt - b.endedAt).slice(requests * 0.1);
}

function perSecondOf(answered: readonly Answered[]): { perSecond: number } {
  const seconds = (answered.at(-1)!.endedAt - answered[0]!.endedAt) / 1000;
  return { perSecond: (answered.length - 1) / seconds };
}

function withDispatch(
  one: readonly Answered[],
  full: readonly Answered[],
): Pick<QueueFigures, 'one' | 'full'> {
  const of = (answered: readonly Answered[]): QueueFigures['one'] => {
    const dispatch = ascending(answered.flatMap(({ dispatchMs }) => dispatchMs ?? []));
    return { ...perSecondOf(answered), p50Ms: quantile(dispatch, 0.5), p99Ms: quantile(dispatch, 0.99) };
  };
  return { one: of(one), full: of(full) };
}
