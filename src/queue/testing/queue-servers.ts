import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Ends } from '../../base/testing/ends.ts';
import { outputOf, spawnSilent } from '../../base/testing/programs.ts';
import { scratchFolder } from '../../base/testing/scratch.ts';

const onPath = (program: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .concat('/usr/bin', '/usr/sbin')
    .map((folder) => join(folder, program))
    .find(existsSync);

const redis = onPath('valkey-server') ?? onPath('redis-server');
const postgresFolder = globSync('/usr/lib/postgresql/*/bin/initdb')
  .toSorted()
  .at(-1)
  ?.replace(/\/initdb$/, '');

/** Where it is even if the path has no folders of the administrator. */
const runuser = onPath('runuser') ?? '/usr/sbin/runuser';

const isDemanded = process.env['GATEBENCH_REQUIRE_TOOLS'] !== undefined;

/** Why tests on a real Redis are skipped. Undefined if there is one, or if the tools are required. */
export const withoutRedis =
  redis === undefined && !isDemanded ? 'NOT TRIED ON REDIS: apt install redis-server' : undefined;

/** As above, for PostgreSQL. */
export const withoutPostgres =
  postgresFolder === undefined && !isDemanded ? 'NOT TRIED ON POSTGRESQL: apt install postgresql' : undefined;

/** Why no certificate can be made. Undefined if one can, or if the tools are required. */
export const withoutOpenssl =
  onPath('openssl') === undefined && !isDemanded ? 'NOT TRIED WITH TLS: apt install openssl' : undefined;

for (const line of [withoutRedis, withoutPostgres, withoutOpenssl])
  if (line !== undefined) console.warn(line);

export interface TestServer extends AsyncDisposable {
  url: string;
  port: number;
  /** Its data folder. */
  folder: string;
  /** Everything that it holds now, as its own tools export it. */
  dump(): Promise<string>;
  /** Ends it like a crash. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the data that it kept. */
  begin(): Promise<void>;
}

interface RedisOptions {
  /** Whether it keeps its data on disk. */
  isKept?: boolean;
  /** Additional settings: `['--maxmemory-policy', 'allkeys-lru']`. */
  settings?: readonly string[];
}

/** Everything ever written to a Redis that keeps its data: its log also holds removed values. */
export const everWritten = ({ folder }: Pick<TestServer, 'folder'>): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');

let databases = 0;

/** A Redis as one test sees it: each gets a database of its own, so that several can go on at once. */
export const ownDatabase = ({ url }: Pick<TestServer, 'url'>): string => `${url}/${databases++ % 16}`;

/** A private Redis or Valkey on its own port. */
export async function startRedis({ isKept = true, settings = [] }: RedisOptions = {}): Promise<TestServer> {
  if (redis === undefined) throw new Error('GATEBENCH_REQUIRE_TOOLS is set, but no redis-server was found');
  await using ended = new Ends();
  const { path: folder } = ended.use(await scratchFolder());
  const port = await freePort();
  const kept = isKept ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no'];
  const url = `redis://127.0.0.1:${port}`;
  // Compressed, a text would not be found in a dump.
  const plain = ['--save', '', '--rdbcompression', 'no'];
  const begin = (): ChildProcess =>
    spawnSilent(
      redis,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...plain, ...kept, ...settings],
      { cwd: folder },
    );
  return { ...(await server(ended, folder, port, url, begin)), dump: () => dumpOfRedis(url) };
}

/** Every key, and its value as `DUMP` gives it. */
async function dumpOfRedis(url: string): Promise<string> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  try {
    const keys = await client.keys('*');
    const values: (Buffer | null)[] = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    // A run that goes on may have removed a key meanwhile.
    return values.map((value, at) => `${keys[at]}\n${value?.toString('latin1') ?? ''}`).join('\n');
  } finally {
    client.disconnect();
  }
}

/** A private PostgreSQL. It refuses to run as root, and then runs as its own user. */
export async function startPostgres(): Promise<TestServer> {
  if (postgresFolder === undefined)
    throw new Error('GATEBENCH_REQUIRE_TOOLS is set, but no PostgreSQL was found');
  await using ended = new Ends();
  const { path: folder } = ended.use(await scratchFolder());
  const port = await freePort();
  const data = join(folder, 'data');
  const isRoot = process.getuid?.() === 0;
  const asUser = (program: string, args: readonly string[]): [string, string[]] => {
    const path = join(postgresFolder, program);
    return isRoot ? [runuser, ['-u', 'postgres', '--', path, ...args]] : [path, [...args]];
  };
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  else await chmod(folder, 0o700);
  const settings = ['-A', 'trust', '-U', 'tester', '--no-sync', '-E', 'UTF8'];
  execFileSync(...asUser('initdb', ['-D', data, ...settings]), { stdio: 'ignore' });
  const url = `postgres://tester@127.0.0.1:${port}/postgres`;
  const begin = (): ChildProcess =>
    spawnSilent(
      ...asUser('postgres', ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F']),
      { cwd: folder },
    );
  const dump = async (): Promise<string> =>
    (await outputOf(join(postgresFolder, 'pg_dump'), [url], { cwd: folder })).stdout;
  return { ...(await server(ended, folder, port, url, begin, true)), dump };
}

/** A PostgreSQL as one test sees it. */
async function ownPostgres({ url }: Pick<TestServer, 'url'>): Promise<string> {
  const { Client } = await import('pg');
  const client = new Client(url);
  await client.connect();
  const name = `own${databases++}`;
  await client.query(`create database ${name}`);
  await client.end();
  return url.replace(/postgres$/, name);
}

/** What a queue may be on. `own`: an address there for one test alone. */
export const engines = [
  {
    name: 'Redis',
    start: startRedis,
    own: (queue: TestServer) => Promise.resolve(ownDatabase(queue)),
    missing: withoutRedis,
  },
  { name: 'PostgreSQL', start: startPostgres, own: ownPostgres, missing: withoutPostgres },
];

/** It ends with what `ended` holds, of which it becomes the owner once it has begun. */
async function server(
  ended: Ends,
  folder: string,
  port: number,
  url: string,
  run: () => ChildProcess,
  isPostgres = false,
): Promise<Omit<TestServer, 'dump'>> {
  let child: ChildProcess | undefined;
  const begin = async (): Promise<void> => {
    child = run();
    await listens(port, child);
    if (isPostgres) await takesSessions(port, child);
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    if (isPostgres) endPostgres(child.pid!);
    else child.kill('SIGKILL');
    await ended;
  };
  ended.defer(kill);
  await begin();
  const owned = ended.move();
  return { url, port, folder, kill, begin, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

/**
 * Its immediate stop: nothing is written any more, and it recovers when it begins again. Killed itself, its processes
 * would stay for a while, and keep another one from beginning. `runuser` passes nothing on: its child is what listens.
 */
function endPostgres(pid: number): void {
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  for (const server of stdout.startsWith('runuser') ? childrenOf(pid) : [pid])
    process.kill(server, 'SIGQUIT');
}

function childrenOf(pid: number): number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
      .split('\n')
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    return [];
  }
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Waits until a PostgreSQL that listens has started: before that, it refuses every session. */
async function takesSessions(port: number, child: ChildProcess): Promise<void> {
  const isReady = ['-q', '-h', '127.0.0.1', '-p', String(port)];
  while (spawnSync(join(postgresFolder!, 'pg_isready'), isReady).status !== 0) {
    if (child.exitCode !== null) throw new Error(`the server has ended with ${child.exitCode}`);
    await delay(20);
  }
}

/** Waits until it accepts connections. */
async function listens(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server has ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(10);
  }
}
