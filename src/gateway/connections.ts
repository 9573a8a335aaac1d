import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { Agent, buildConnector, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { Ms } from '../base/clock.ts';
import { defined } from '../base/defined.ts';
import type { Connection } from '../record/exchange.ts';

/** How each open socket came to be, and whether a request has gone over it. */
const sockets = new WeakMap<object, { connection: Connection; used: boolean }>();

/** Told on which socket its request goes out. */
export interface SocketWatcher {
  onSocket(connection: Connection): void;
}

let starting: SocketWatcher | undefined;

/**
 * To be called in `onRequestStart`: undici publishes the socket right after it, in the same turn, before the
 * request is written.
 */
export function watchSocket(watcher: SocketWatcher): void {
  starting = watcher;
}

subscribe('undici:client:sendHeaders', (message) => {
  const watcher = starting;
  starting = undefined;
  const facts = sockets.get((message as { socket: object }).socket);
  // A socket that we did not open ourselves, through a proxy: nothing is known of it.
  if (!facts) return;
  watcher?.onSocket(facts.used ? { reused: true } : { reused: false, ...facts.connection });
  facts.used = true;
});

export interface ConnectionOptions {
  connectTimeoutMs: Ms;
  /** Extra certificate authority, for tests against an own server. */
  ca?: string;
}

/**
 * HTTP/1.1 with keep-alive, one request at a time on a connection, as many connections as there are requests
 * in flight. HTTP/2 stays off: it would queue a POST behind the one before it, inside the measured time.
 * undici's own timeouts are off; the deadlines are ours.
 */
export function createDispatcher(options: ConnectionOptions, env: NodeJS.ProcessEnv): Dispatcher {
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
  // The stand-in gateway and a local Ollama are on this machine; a proxy would look for them on its own.
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
    sockets.set(socket, { connection, used: false });
    // Before undici's own listeners: its «connect» sends the request.
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
