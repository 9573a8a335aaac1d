import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { Agent, buildConnector, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Connection } from '../measure/exchange.ts';
import { checkProxies } from './proxies.ts';

/** Facts about a socket that we opened. */
interface OpenSocket {
  socket: Socket;
  host: string;
  connection: Connection;
  /** A request has gone over it. */
  used: boolean;
  /** The request that it carries now. Absent between requests. */
  request?: object;
  /** A request was sent, and the head of a response has not come. */
  awaitHead: () => void;
  /** Part of a response has come, even an interim one. */
  heard: boolean;
}

const bySocket = new WeakMap<object, OpenSocket>();
const byRequest = new WeakMap<object, OpenSocket>();
const open = new Set<OpenSocket>();

/** The socket that a request goes out on. */
export interface SentOn {
  connection: Connection;
  /** Whether part of a response has come on it since. */
  heard: () => boolean;
  /** Closes every idle connection to the same host: none of them is any fresher. */
  closeIdle: () => void;
}

/** Learns on which socket its request goes out. */
export interface SocketWatcher {
  onSocket(sent: SentOn): void;
}

let starting: SocketWatcher | undefined;

/**
 * Call in `onRequestStart`: undici publishes the socket right after it, in the same turn, before the request is
 * written.
 */
export function watchSocket(watcher: SocketWatcher): void {
  starting = watcher;
}

subscribe('undici:client:sendHeaders', (message) => {
  const watcher = starting;
  starting = undefined;
  const { socket, request } = message as { socket: object; request: object };
  const facts = bySocket.get(socket);
  // A socket that we did not open ourselves, through a proxy. Nothing is known about it.
  if (!facts) return;
  watcher?.onSocket({
    connection: facts.used ? { reused: true } : { reused: false, ...facts.connection },
    heard: () => facts.heard,
    closeIdle: () => {
      closeIdle(facts.host);
    },
  });
  facts.used = true;
  facts.request = request;
  facts.awaitHead();
  facts.heard = false;
  byRequest.set(request, facts);
});

for (const end of ['undici:request:trailers', 'undici:request:error'])
  subscribe(end, (message) => {
    const { request } = message as { request: object };
    const facts = byRequest.get(request);
    if (facts?.request === request) delete facts.request;
  });

/** An unused one is being opened for another request, which would wait for it in vain. */
function closeIdle(host: string): void {
  for (const each of open)
    if (each.host === host && each.used && each.request === undefined) each.socket.destroy();
}

export interface ConnectionOptions {
  connectTimeoutMs: Ms;
  /** Extra certificate authority, for tests against a local server. */
  ca?: string;
}

/**
 * HTTP/1.1 with keep-alive, one request at a time on a connection, as many connections as requests in flight. HTTP/2
 * stays off: it would queue a POST behind the one before it, inside the measured time. undici's own timeouts are off;
 * the deadlines are ours.
 */
export function createDispatcher(options: ConnectionOptions, env: NodeJS.ProcessEnv): Dispatcher {
  checkProxies(env);
  const connect = timedConnector(options);
  const settings = {
    connections: null,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 55_000,
    keepAliveMaxTimeout: 600_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
    connect,
  };
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY'];
  const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY'];
  if (!httpProxy && !httpsProxy) return new Agent(settings);
  // The mock gateway and a local Ollama are on this machine. A proxy would look for them on its own machine.
  const noProxy = [env['no_proxy'] ?? env['NO_PROXY'], 'localhost', '127.0.0.1', '[::1]'];
  return new EnvHttpProxyAgent({
    ...settings,
    ...defined({ httpProxy, httpsProxy }),
    noProxy: noProxy.filter(Boolean).join(','),
    proxyTunnel: true,
  });
}

/** undici's connector, with the steps of each new connection timed. */
function timedConnector({ connectTimeoutMs, ca }: ConnectionOptions): buildConnector.connector {
  // It returns the socket, which its type does not say.
  const connect: (...args: Parameters<buildConnector.connector>) => unknown = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    ...(ca === undefined ? {} : { ca }),
  });
  return (target, callback) => {
    const start = performance.now();
    const socket = connect(target, callback);
    if (!(socket instanceof Socket)) return;
    const connection: Connection = {};
    const facts: OpenSocket = {
      socket,
      host: `${target.hostname}:${target.port}`,
      connection,
      used: false,
      awaitHead: () => {
        passOverContinue(facts);
      },
      heard: false,
    };
    bySocket.set(socket, facts);
    open.add(facts);
    socket.once('close', () => open.delete(facts));
    // Before undici's own listeners: its "connect" sends the request.
    let lookedUp = start;
    let connected = start;
    socket.prependOnceListener('lookup', () => {
      lookedUp = performance.now();
      connection.dnsMs = lookedUp - start;
    });
    socket.prependOnceListener('connect', () => {
      connected = performance.now();
      connection.connectMs = connected - lookedUp;
    });
    socket.prependOnceListener('secureConnect', () => {
      connection.tlsMs = performance.now() - connected;
    });
  };
}

const interim = 'HTTP/1.1 100';

/**
 * undici closes a connection if `100 Continue` comes without being asked for, although that is allowed (RFC 9110, 15.2)
 * and a client should wait on. So it never sees one. The socket's own way to read is restored as soon as the head
 * begins. What follows is read as often as the server sends.
 */
function passOverContinue(facts: OpenSocket): void {
  const { socket } = facts;
  const { read } = Object.getPrototypeOf(socket) as { read: (size?: number) => Buffer | null };
  let held: Buffer | undefined;
  socket.read = (size?: number): Buffer | null => {
    // Node's own way to request another read. It takes nothing out.
    if (size !== undefined) return read.call(socket, size);
    for (;;) {
      const bytes = read.call(socket);
      if (bytes === null) return null;
      facts.heard = true;
      held = withoutContinue(held ? Buffer.concat([held, bytes]) : bytes);
      const begins = held.toString('latin1', 0, interim.length);
      if (interim.startsWith(begins) && held.length < longestInterim) continue;
      socket.read = read;
      return held;
    }
  };
}

/** A longer interim response is left for undici to refuse. */
const longestInterim = 16 * 1024;

/** The bytes after every complete `100 Continue` at the beginning. */
function withoutContinue(bytes: Buffer): Buffer {
  let rest = bytes;
  while (rest.toString('latin1', 0, interim.length) === interim) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return rest;
    rest = rest.subarray(end + 4);
  }
  return rest;
}
