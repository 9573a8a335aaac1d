import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { UserError } from '../base/user-error.ts';
import { readBody } from './incoming.ts';
import { machineNow } from './instant.ts';
import { defaultOptions } from './options.ts';
import type { StandinOptions } from './options.ts';
import { jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { Router } from './router.ts';
import { SeenRequests } from './seen-requests.ts';
import { Stats } from './stats.ts';
import { Timetable } from './timetable.ts';
import { Truth } from './truth.ts';
import { Writer } from './writer.ts';

/** A stand-in gateway that listens. */
export interface Standin {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Starts a stand-in gateway in this process, on loopback alone. Throws `UserError` when the port is taken. */
export async function createStandin(given: Partial<StandinOptions> = {}, clock?: Clock): Promise<Standin> {
  const options: StandinOptions = { ...defaultOptions, ...given };
  const kept = {
    truth: new Truth(options.truthRecords, options.frameInstants),
    stats: new Stats(),
    requests: new SeenRequests(options.keepHeaders),
  };
  const router = new Router(options, kept, clock);
  const timetable = new Timetable();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = machineNow();
    const body = await readBody(request);
    const bodyRead = machineNow();
    // A request that was sent before its forerunner was answered waits for the socket.
    if (!response.socket) await once(response, 'socket');
    if (response.destroyed) return;
    const { method = '', url = '', headers } = request;
    const { pathname: path, searchParams: query } = new URL(`http://standin${url}`);
    const reply =
      body === undefined
        ? jsonReply(413, { error: 'request too large' })
        : router.reply({ method, path, query, headers, body, received, bodyRead });
    write(reply, response, received, bodyRead);
  }

  function write(reply: Reply, response: ServerResponse, received: number, bodyRead: number): void {
    const { chat, ended } = reply;
    if (!chat) {
      new Writer(reply, response, timetable, bodyRead).start();
      return;
    }
    const truth = kept.truth.open(chat, received, bodyRead);
    const leave = kept.stats.begin(chat.model);
    const closing: Reply = {
      ...reply,
      ended: (outcome) => {
        leave();
        kept.truth.close(truth);
        ended?.(outcome);
      },
    };
    new Writer(closing, response, timetable, bodyRead, truth).start();
  }

  const server = createServer(
    { noDelay: true, requestTimeout: 0, keepAliveTimeout: 400_000 },
    (request, response) => {
      // A client that leaves while it sends has nobody to answer.
      handle(request, response).catch(() => response.destroy());
    },
  );
  server.on('connection', (socket) => socket.once('close', kept.stats.connected()));
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      timetable.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
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
