import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type * as bullmqPackage from 'bullmq';
import type { Job, JobsOptions, Queue, QueueEvents, Worker, WorkerOptions } from 'bullmq';
import type * as ioredisPackage from 'ioredis';
import type * as pgPackage from 'pg';
import { type Ms, systemClock } from '../base/clock.ts';
import { lazyPackage } from '../base/lazy-package.ts';
import { type Redact, redactor } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { onceStarted } from './once-started.ts';
import { withinTime } from './within-time.ts';

const bullmq = lazyPackage('bullmq') as () => typeof bullmqPackage;
const ioredis = lazyPackage('ioredis') as () => typeof ioredisPackage;
const pg = lazyPackage('pg') as () => typeof pgPackage;

/** Longest time to connect when it is tried first. */
const connectMs: Ms = 5000;
/** Longest wait for connections to end. */
const partingMs: Ms = 1000;

/** Address of a queue, and the part of it that may be shown. */
export interface QueueAddress {
  kind: 'redis' | 'postgres';
  url: URL;
  /** Host and port: the only parts that are ever shown. */
  shown: string;
  /** What is never shown, and its replacements. */
  secrets: ReadonlyMap<string, string>;
  /** Removes them from a text. */
  redact: Redact;
}

/** Throws a UserError if it is not the address of a queue, or if its password would be sent in the clear. */
export function queueAddress(text: string, allowHttp: boolean): QueueAddress {
  const example =
    'Example: redis://localhost:6379, rediss://user:password@host:6380, postgres://host/database';
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new UserError(`--queue is not an address. ${example}`);
  }
  const kind = kinds[url.protocol];
  if (kind === undefined)
    throw new UserError(`--queue: ${oneLine(url.protocol, 30)} is not the address of a queue. ${example}`);
  const { hostname } = url;
  if (hostname === '') throw new UserError(`--queue: the address has no host. ${example}`);
  const port = url.port || (kind === 'redis' ? '6379' : '5432');
  const shown = `${hostname}:${port}`;
  if (kind === 'redis' && !/^\/?\d{0,5}$/.test(url.pathname))
    throw new UserError(`--queue: a Redis database is a number, as in redis://${shown}/0.`);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (!isLoopback && !allowHttp && !isEncrypted(url))
    throw new UserError(
      `--queue: ${shown} would be used without encryption. Use ${kind === 'redis' ? 'rediss://' : 'sslmode=require'}, ` +
        'or --allow-http if the network is yours.',
    );
  const passwords = [url.password, decoded(url.password)].filter((secret) => secret !== '');
  const secrets = new Map(passwords.map((secret) => [secret, 'password']));
  return { kind, url, shown, secrets, redact: redactor(secrets) };
}

const kinds: Record<string, QueueAddress['kind'] | undefined> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'valkey:': 'redis',
  'valkeys:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

const isEncrypted = ({ protocol, searchParams }: URL): boolean =>
  protocol === 'rediss:' ||
  protocol === 'valkeys:' ||
  ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Type parameters of a job, of which this program uses few. */
export type AnyJob = Job<Record<string, unknown>, unknown>;
export type AnyQueue = Queue;

interface Heard {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A part that blocks on a connection of its own. */
type Waiting = Pick<QueueEvents | Worker, 'getBackend' | 'close' | 'disconnect'>;

/** A queue server that answers: Redis, Valkey, or PostgreSQL. */
export class QueueServer {
  readonly address: QueueAddress;
  /** Connection of all queues. Parts that block have their own. */
  readonly #shared: Shared;
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;
  /** Parts that were closed without the server may try once more. That must not keep the process alive. */
  readonly #retry: Retry = (times) => (this.#isClosed ? null : Math.min(1000, times * 50));
  /** Doubts about it for people, one sentence each. */
  readonly warnings: readonly string[];
  readonly #onError: (error: Error) => void;

  private constructor(address: QueueAddress, warnings: readonly string[], onError: (error: Error) => void) {
    this.address = address;
    this.warnings = warnings;
    this.#onError = onError;
    this.#shared =
      address.kind === 'redis'
        ? sharedRedis(address, this.#retry, onError)
        : sharedPostgres(address, onError);
  }

  /** Throws a UserError if it cannot be reached, refuses us, or would lose jobs of a run. */
  static async open(address: QueueAddress, onError: (error: Error) => void): Promise<QueueServer> {
    assertInstalled(address.kind);
    const refused = (otherwise: string) => (error: unknown) => {
      if (error instanceof UserError) throw error;
      throw new UserError(`the queue at ${address.shown} ${reasonOf(error, address, otherwise)}`);
    };
    const examine = address.kind === 'redis' ? examineRedis : examinePostgres;
    const warnings = await onceStarted(() => examine(address), systemClock, connectMs).catch(
      refused('cannot be reached'),
    );
    const server = new QueueServer(address, warnings, onError);
    await server.#try().catch(async (error: unknown) => {
      await server.close();
      refused('cannot be used')(error);
    });
    return server;
  }

  /** Adds a job and takes it away again: who may connect need not be allowed that. */
  async #try(): Promise<void> {
    const queue = this.queue(`gb-trial-${randomUUID()}`);
    const late = AbortSignal.timeout(connectMs);
    const given = async (): Promise<void> => {
      await queue.add('trial', {});
      await queue.obliterate();
    };
    try {
      await Promise.race([
        given(),
        once(late, 'abort').then(() => {
          throw new Error(`no answer within ${connectMs / 1000} s`);
        }),
      ]);
    } finally {
      await withinTime(queue.close(), connectMs);
    }
  }

  queue(name: string): Queue {
    const { Queue: Made } = bullmq();
    return this.#heard(
      new Made(
        name,
        { connection: this.#shared.connection as object, streams: { events: { maxLen: 1000 } } },
        this.#factory() as never,
      ),
    );
  }

  events(name: string): QueueEvents {
    const { QueueEvents: Made } = bullmq();
    // Without the server, a read holds the process for its time and a second.
    const options = { connection: this.#connection(), blockingTimeout: 1000 };
    return this.#waits(new Made(name, options, this.#factory() as never));
  }

  /** Without `process`, it only looks for expired leases. */
  worker(
    name: string,
    process: ((job: AnyJob, token?: string, signal?: AbortSignal) => Promise<unknown>) | undefined,
    options: Omit<WorkerOptions, 'connection'>,
  ): Worker {
    const { Worker: Made } = bullmq();
    return this.#waits(
      new Made(
        name,
        process as never,
        { ...options, connection: this.#connection() },
        this.#factory() as never,
      ),
    );
  }

  /** Closes all connections, whether the server answers or not. Pending calls fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#waiting].map((part) => this.end(part)));
    await withinTime(this.#shared.end(), partingMs);
  }

  /** Closes one part. */
  async end(part: Waiting): Promise<void> {
    this.#waiting.delete(part);
    // Forced first: a later graceful close would wait for a server that is gone.
    const ended = part.getBackend().close(true);
    if (!(await withinTime(Promise.all([part.close(true), ended]), partingMs)))
      void part.disconnect().catch(() => undefined);
    // A worker that could not close would renew its leases for ever, and with them keep the process alive.
    await (part as { lockManager?: { close?: () => Promise<void> } }).lockManager?.close?.();
  }

  #waits<T extends Waiting & Heard>(part: T): T {
    this.#waiting.add(part);
    return this.#heard(part);
  }

  /** Every part of the engine reports lost connections. Without a listener, that would end the process. */
  #heard<T extends Heard>(part: T): T {
    part.on('error', (error) => this.#onError(error));
    return part;
  }

  #connection(): object {
    return this.address.kind === 'redis'
      ? { ...redisOptions(this.address), retryStrategy: this.#retry }
      : { ...postgresOptions(this.address), max: 1 };
  }

  #factory(): unknown {
    return this.address.kind === 'redis' ? undefined : bullmq().createPostgresBackend;
  }
}

/** The connection, or pool, of all queues of a process. */
interface Shared {
  connection: unknown;
  end: () => Promise<unknown>;
}

function sharedRedis(address: QueueAddress, retry: Retry, onError: (error: Error) => void): Shared {
  const { Redis } = ioredis();
  const connection = new Redis({ ...redisOptions(address), retryStrategy: retry });
  connection.on('error', onError);
  return {
    connection,
    end: () => {
      connection.disconnect();
      return Promise.resolve();
    },
  };
}

/** Time before a connection is tried again. Null: never again. */
type Retry = (times: number) => Ms | null;

function sharedPostgres(address: QueueAddress, onError: (error: Error) => void): Shared {
  const { DEFAULT_SCHEMA, quoteSchemaName } = bullmq();
  const connection = new (pg().Pool)({
    ...postgresOptions(address),
    ...{ max: mostPostgres, options: `-c search_path=${quoteSchemaName(DEFAULT_SCHEMA)}` },
    // Includes the wait for a free connection of the pool.
    connectionTimeoutMillis: 4 * connectMs,
  });
  connection.on('error', onError);
  return { connection, end: () => connection.end() };
}

/** Maximum connections of the queues of one process: a server accepts 100 by default, for all processes. */
const mostPostgres = 2;

/** Removed only when read. */
export const keptJob: JobsOptions = { removeOnComplete: false, removeOnFail: false, attempts: 1 };

function assertInstalled(kind: QueueAddress['kind']): void {
  const needed = ['bullmq', kind === 'redis' ? 'ioredis' : 'pg'];
  try {
    bullmq();
    (kind === 'redis' ? ioredis : pg)();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = /MODULE_NOT_FOUND/.test(code ?? '') ? '' : ` It was found, but: ${oneLine(message, 200)}`;
    throw new UserError(
      `--queue needs ${needed.join(' and ')}, optional packages. Install them with: npm i ${needed.join(' ')}${why}`,
    );
  }
}

function redisOptions({ url }: QueueAddress): object {
  const isTls = url.protocol === 'rediss:' || url.protocol === 'valkeys:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || '6379'),
    ...(url.username ? { username: decoded(url.username) } : {}),
    ...(url.password ? { password: decoded(url.password) } : {}),
    db: Number(url.pathname.slice(1) || '0'),
    ...(isTls ? { tls: {} } : {}),
    connectTimeout: connectMs,
    maxRetriesPerRequest: null,
  };
}

function postgresOptions({ url }: QueueAddress): pgPackage.ClientConfig {
  const { href, searchParams } = new URL(url);
  const isVerified = /^(require|verify-ca)$/.test(searchParams.get('sslmode') ?? '');
  // The driver treats these as verify-full, and warns about it.
  const connectionString =
    isVerified && !searchParams.has('uselibpqcompat')
      ? href.replace(/([?&]sslmode)=[^&#]*/, '$1=verify-full')
      : href;
  return { connectionString, connectionTimeoutMillis: connectMs };
}

async function examineRedis(address: QueueAddress): Promise<string[]> {
  const { Redis } = ioredis();
  const client = new Redis({
    ...redisOptions(address),
    lazyConnect: true,
    // It would print what we report.
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: Error | undefined;
  client.on('error', (error: Error) => (failure ??= error));
  try {
    await client.connect();
    // A missing database is ignored when connecting.
    await client.select(Number(address.url.pathname.slice(1)));
    const info = factsOf(await client.info());
    const policy = info.get('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction')
      throw new UserError(
        `the queue at ${address.shown} drops jobs when its memory is full: maxmemory-policy is ${policy}. ` +
          'Set it to noeviction.',
      );
    if (info.get('aof_enabled') === '1') return [];
    return [
      `the queue at ${address.shown} keeps nothing on disk (appendonly is off): if it restarts, whatever is in flight ` +
        'is asked, and paid for, again',
    ];
  } catch (error) {
    // The reason came as an event. The command only says that the connection is closed.
    if (!(error instanceof UserError) && failure) throw failure;
    throw error;
  } finally {
    client.disconnect();
  }
}

const factsOf = (info: string): Map<string, string> =>
  new Map(Array.from(info.matchAll(/^([a-z_]+):(.*?)\r?$/gm), ([, name, value]) => [name!, value!]));

async function examinePostgres(address: QueueAddress): Promise<string[]> {
  const { Client } = pg();
  const client = new Client(postgresOptions(address));
  client.on('error', () => undefined);
  try {
    await client.connect();
    // Done here, because each queue would wait for the same lock.
    await bullmq().runMigrations(client);
    return [];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Why a server could not be used: its own message, without secrets, what it means, and what to do. */
function reasonOf(error: unknown, address: QueueAddress, otherwise: string): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: Error[] };
  const said = oneLine(address.redact(message || errors?.[0]?.message || String(code ?? error)), 200);
  const found = reasons.find(({ words }) => words.test(`${code} ${said}`));
  const advice = found?.advice?.(address);
  return `${found?.what ?? otherwise}: ${advice === undefined ? said : `${said.replace(/[.:]+$/, '')}. ${advice}`}`;
}

interface Reason {
  /** In the code or the message of an error. */
  words: RegExp;
  /** Absent if the attempt failed. */
  what?: string;
  advice?: (address: QueueAddress) => string | undefined;
}

/** The first match. */
const reasons: readonly Reason[] = [
  {
    words: /NOPERM/,
    what: 'does not let this user do what a queue needs',
    advice: () => 'compose.yaml has an ACL that does.',
  },
  {
    words: /\b42501\b/,
    what: 'does not let this user do what a queue needs',
    advice: () => 'It must be able to create a schema.',
  },
  {
    words: /NOAUTH|WRONGPASS|password|no pg_hba|\b28(P01|000)\b/i,
    what: 'refused the user or the password',
    advice: ({ kind, url }) =>
      url.password === ''
        ? `The address has no password. Write it as ${kind}://${kind === 'redis' ? ':password' : 'user:password'}@host.`
        : undefined,
  },
  {
    words: /ALTNAME/,
    what: 'has a certificate for another name',
    advice: () => 'Write that name as the host of the address.',
  },
  {
    words: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_/,
    what: 'has a certificate that is not trusted here',
    advice: () => 'Set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority.',
  },
  {
    words: /wrong version number|packet length too long|EPROTO|not support SSL/i,
    what: 'does not use TLS',
    advice: ({ kind }) => (kind === 'redis' ? 'Write redis://.' : 'Leave out sslmode.'),
  },
  { words: /\b3D000\b/, what: 'has no such database' },
  {
    words: /ETIMEDOUT|ECONNRESET|EPIPE|closed|timeout expired/i,
    advice: (address) =>
      isEncrypted(address.url)
        ? 'Does it use TLS? The address says so.'
        : 'Does it use TLS? The address does not say so.',
  },
];
