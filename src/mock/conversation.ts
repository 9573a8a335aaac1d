import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ms } from '../base/clock.ts';
import type { Kept } from './control.ts';
import { nativeError } from './failure-modes.ts';
import { readBody } from './incoming.ts';
import { machineNow } from './instant.ts';
import { failureReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Router } from './router.ts';
import type { Slots } from './slots.ts';
import type { Timetable } from './timetable.ts';
import { Writer } from './writer.ts';

/** What answers requests. */
export interface Host {
  router: Router;
  kept: Kept;
  timetable: Timetable;
  slots: Slots | undefined;
}

/** Reads one request, decides the reply, waits for a slot where one is needed, and writes. */
export async function converse(
  request: IncomingMessage,
  response: ServerResponse,
  host: Host,
): Promise<void> {
  const received = machineNow();
  const body = await readBody(request);
  const bodyRead = machineNow();
  // A request that was sent before its forerunner was answered waits for the socket.
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

/** Writes a reply, and for a chat keeps its truth, its counts and its slot. */
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
  const { slots } = host;
  if (!slots || !reply.needsSlot) {
    new Writer(closing(reply), response, host.timetable, bodyRead, truth).start();
    return;
  }
  void slots.take().then((got) => {
    // The provider's clock starts when it takes the request up, and a client that left frees its slot at once.
    const started = got ? returning(reply, slots) : refused(reply);
    const now = machineNow();
    reply.queued?.(now - bodyRead);
    const writer = new Writer(closing(started), response, host.timetable, now, truth);
    if (response.destroyed) writer.abandon();
    else writer.start();
  });
}

function returning(reply: Reply, slots: Slots): Reply {
  return {
    ...reply,
    ended: (outcome) => {
      slots.give();
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
