import type { Ms } from '../base/clock.ts';
import type { FailedResponse } from './failure-modes.ts';
import type { Knobs } from './knobs.ts';
import type { Packet } from './packet.ts';

/** How a reply went: all of it was written, it was cut on purpose, or the client left. */
export type Outcome = 'complete' | 'cut' | 'client_gone';

/** What the truth is kept of: set for chat requests only. */
export interface ChatFacts {
  eventId: string;
  model: string;
  route: string;
  streamed: boolean;
}

/** A response, decided but not yet written. Its instants count from the moment at which the request was read. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  headersDue: Ms;
  /** Taken one ahead of the writing, so that a long stream is never in memory as a whole. */
  packets: Iterable<Packet>;
  ending: Knobs['ending'];
  /** No response at all; the connection ends. */
  noHead?: boolean;
  /** From the last packet to the end of the body. */
  lingerMs: Ms;
  /** Head, body and end leave in one write. */
  joined: boolean;
  /** The edge answered, before any gateway: it signs with its ray alone. */
  fromEdge?: boolean;
  chat?: ChatFacts;
  /** It takes one of the provider's slots while it goes on. */
  needsSlot?: boolean;
  /** Told before it is written how long it has waited for its slot. */
  queued?: (ms: Ms) => void;
  /** Told once, when it is over. */
  ended?: (outcome: Outcome) => void;
}

/** A body in one piece, with its length. */
export function plainReply(
  status: number,
  type: string,
  body: string | Buffer,
  due: Ms = 0,
  headers: Record<string, string> = {},
): Reply {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    status,
    headers: { 'content-type': type, 'content-length': String(bytes.length), ...headers },
    headersDue: due,
    packets: [{ due, bytes, frames: [{ kind: 'body', due }] }],
    ending: 'end',
    lingerMs: 0,
    joined: true,
  };
}

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return plainReply(status, 'application/json', JSON.stringify(value), 0, headers);
}

/** A response out of the failure table. */
export function failureReply(response: FailedResponse, due: Ms = 0, fromEdge = false): Reply {
  const { status, type, body, headers } = response;
  return { ...plainReply(status, type, body, due, headers), fromEdge };
}

/** A page of text, as servers written in Go say no. */
export const textReply = (status: number, text: string): Reply =>
  plainReply(status, 'text/plain; charset=utf-8', text);

/** The reply with everything `ms` later. */
export function later(reply: Reply, ms: Ms): Reply {
  if (ms === 0) return reply;
  return { ...reply, headersDue: reply.headersDue + ms, packets: laterPackets(reply.packets, ms) };
}

function* laterPackets(packets: Iterable<Packet>, ms: Ms): Generator<Packet> {
  for (const { due, bytes, frames } of packets)
    yield {
      due: due + ms,
      bytes,
      frames: frames.map((frame) => ({ kind: frame.kind, due: frame.due + ms })),
    };
}
