import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, type Ms, systemClock } from '../base/clock.ts';
import { UserError } from '../base/user-error.ts';
import { type Kept, SeenRequests, Stats } from './control.ts';
import { nativeError } from './failure-modes.ts';
import { readBody } from './incoming.ts';
import { defaultOptions, type MockOptions } from './options.ts';
import { Places } from './places.ts';
import { failureReply, jsonReply, stretched, type Reply } from './reply.ts';
import { Router } from './router.ts';
import { machineNow, Timetable } from './timetable.ts';
import { Truth } from './truth-log.ts';
import { Writer } from './writer.ts';

/** Handler of requests. */
export interface Host {
  router: Router;
  kept: Kept;
  timetable: Timetable;
  /** Absent: everything is answered at once, at full speed. */
  places: Places | undefined;
}

/** Reads one request, decides the reply, waits for a slot if needed, and writes. */
export async function converse(
  request: IncomingMessage,
  response: ServerResponse,
  host: Host,
): Promise<void> {
  const received = machineNow();
  const body = await readBody(request);
  const bodyRead = machineNow();
  // A pipelined request waits for the socket.
  if (!response.socket) await once(response, 'socket');
  if (response.destroyed) return;

  const { method = '', url = '', headers } = request;
  const { pathname: path, searchParams: query } = new URL(`http://mock${url}`);
  const reply =
    body === undefined
      ? jsonReply(413, { error: 'request too large' })
      : host.router.reply({ method, path, query, headers, body, received, bodyRead });
  write(reply, response, host, received, bodyRead);
}

/** Writes a reply. For a chat, also records its truth and counts, and holds its slot. */
function write(reply: Reply, response: ServerResponse, host: Host, received: Ms, bodyRead: Ms): void {
  const { chat } = reply;
  if (!chat) {
    new Writer(reply, response, host.timetable, bodyRead).start();
    return;
  }
  const truth = host.kept.truth.open(chat, received, bodyRead);
  const leave = host.kept.stats.begin(chat.model);
  const closing = (given: Reply): Reply => ({
    ...given,
    ended: (outcome) => {
      leave();
      host.kept.truth.close(truth);
      given.ended?.(outcome);
    },
  });
  const { places } = host;
  if (!places || !reply.needsSlot) {
    new Writer(closing(reply), response, host.timetable, bodyRead, truth).start();
    return;
  }
  void places.take().then((got) => {
    // The provider's clock starts when it begins the request, and a client that left frees its slot at once.
    const started = got ? returning(stretched(reply, places.stretch), places) : refused(reply);
    const now = machineNow();
    reply.queued?.(now - bodyRead);
    const writer = new Writer(closing(started), response, host.timetable, now, truth);
    if (response.destroyed) writer.abandon();
    else writer.start();
  });
}

function returning(reply: Reply, places: Places): Reply {
  return {
    ...reply,
    ended: (outcome) => {
      places.give();
      reply.ended?.(outcome);
    },
  };
}

function refused(reply: Reply): Reply {
  const refusal = failureReply(nativeError(503, 'timed out waiting for a concurrent request slot'));
  return {
    ...refusal,
    headers: { ...reply.headers, ...refusal.headers },
    ...(reply.ended && { ended: reply.ended }),
  };
}

export type { MockOptions };

/** A mock gateway that listens. */
export interface Mock {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** How long Cloudflare keeps an idle connection of a client open. */
const keepAliveTimeout = 400_000;
/** Maximum size of all headers of a request together. */
const maxHeaderSize = 32 * 1024;

/**
 * Starts a mock gateway in this process, only on loopback: Cloudflare AI Gateway with Ollama behind it, with models
 * such as `custom-ollama/sim-swift`. Throws `UserError` if the port is taken.
 */
export async function createMock(
  given: Partial<MockOptions> = {},
  clock: Clock = systemClock,
): Promise<Mock> {
  const options: MockOptions = { ...defaultOptions, ...given };
  const host = hostFor(options, clock);
  const server = createServer(
    { noDelay: true, requestTimeout: 0, keepAliveTimeout, maxHeaderSize },
    (request, response) => {
      void converse(request, response, host);
    },
  );
  server.on('connection', (socket) => socket.once('close', host.kept.stats.connected()));
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      host.timetable.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function hostFor(options: MockOptions, clock: Clock): Host {
  const kept = {
    truth: new Truth(options.truthRecords, options.frameInstants),
    stats: new Stats(),
    requests: new SeenRequests(options.keepHeaders),
  };
  return {
    kept,
    router: new Router(options, kept, clock),
    timetable: new Timetable(),
    places: Places.of(options),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new UserError(`Port ${port} is in use. Choose another one, or 0 for any.`);
    throw error;
  }
  return (server.address() as AddressInfo).port;
}
