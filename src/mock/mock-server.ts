import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { UserError } from '../base/user-error.ts';
import { converse } from './conversation.ts';
import type { Host } from './conversation.ts';
import { defaultOptions } from './options.ts';
import type { MockOptions } from './options.ts';
import { Router } from './router.ts';
import { SeenRequests } from './seen-requests.ts';
import { Slots } from './slots.ts';
import { Stats } from './mock-stats.ts';
import { Timetable } from './timetable.ts';
import { Truth } from './truth-log.ts';

export type { MockOptions };

/** A mock gateway that listens. */
export interface Mock {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Cloudflare keeps an idle connection of a client so long. */
const keepAliveTimeout = 400_000;
/** All headers of a request together. */
const maxHeaderSize = 32 * 1024;

/**
 * Starts a mock gateway in this process, on loopback alone: Cloudflare AI Gateway with Ollama behind it, with models
 * such as `custom-ollama/sim-swift`. Throws `UserError` when the port is taken.
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
  const { slots, slotWaitMs, speed } = options;
  return {
    kept,
    router: new Router(options, kept, clock),
    timetable: new Timetable(),
    slots: slots === undefined ? undefined : new Slots(slots, slotWaitMs / speed),
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
