import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Ms } from '../base/clock.ts';
import type { FailedResponse } from './failure-modes.ts';
import type { Knobs } from './knobs.ts';

/** Content of a frame. The first seven are kinds that clients know; `body` is an answer that is not streamed. */
export const frameKinds = [
  'role',
  'reasoning',
  'content',
  'tool',
  'finish',
  'usage',
  'done',
  'comment',
  'raw',
  'body',
] as const;
export type FrameKind = (typeof frameKinds)[number];

/** A frame's text on the wire, without its time. */
export interface FrameText {
  kind: FrameKind;
  text: string;
}

/** A frame and when it is due, since the request was read. */
export interface Frame extends FrameText {
  due: Ms;
}

/** Wire format of an answer: server-sent events for the OpenAI API, JSON lines for Ollama's own. */
export interface Dialect {
  streamType: string;
  wholeType: string;
  /**
   * Frames from first to last: pieces of text in order, then the end of the stream. `elapsed` gives, while they are
   * taken one by one, how long the answer has lasted so far.
   */
  frames(elapsed: () => Ms): Iterable<FrameText>;
  /** The answer in one piece, if no stream was requested. */
  whole(total: Ms): string;
  /** Keep-alive of a silent connection, if the format has one. */
  comment: string;
}

const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * One gzip stream over all packets, flushed after each, as a compressing edge does for events. Each packet is deflated
 * separately and ends on a byte (`Z_SYNC_FLUSH`), so that the parts join into one valid stream.
 */
export function* gzipped(packets: Iterable<Packet>): Generator<Packet> {
  let checksum = 0;
  let length = 0;
  let due = 0;
  for (const packet of packets) {
    const part = deflateRawSync(packet.bytes, { finishFlush: constants.Z_SYNC_FLUSH });
    yield { ...packet, bytes: length === 0 ? Buffer.concat([head, part]) : part };
    checksum = crc32(packet.bytes, checksum);
    length += packet.bytes.length;
    ({ due } = packet);
  }
  yield {
    due,
    bytes: Buffer.concat([...(length === 0 ? [head] : []), ending(checksum, length)]),
    frames: [],
  };
}

function ending(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([deflateRawSync(Buffer.alloc(0)), trailer]);
}

/** The data of one write, when it is due, and the frames that it completes. */
export interface Packet {
  due: Ms;
  bytes: Buffer;
  frames: readonly { kind: FrameKind; due: Ms }[];
}

/** Groups frames into packets: one each, joined, held back to the end, compressed or split. */
export function packets(frames: Iterable<Frame>, knobs: Knobs): Iterable<Packet> {
  const size = knobs.buffered || knobs.instant ? Infinity : Math.max(1, knobs.framesPerPacket);
  let result = joined(frames, size);
  if (knobs.gzip) result = gzipped(result);
  if (knobs.splitBytes > 0)
    result = split(result, knobs.splitMs, (bytes) => everyBytes(bytes, knobs.splitBytes));
  else if (knobs.splitCharacter) result = split(result, knobs.splitMs, insideCharacter);
  return result;
}

function* joined(frames: Iterable<Frame>, size: number): Generator<Packet> {
  let held: Frame[] = [];
  for (const frame of frames) {
    held.push(frame);
    if (held.length < size) continue;
    yield join(held);
    held = [];
  }
  if (held.length > 0) yield join(held);
}

function join(frames: Frame[]): Packet {
  // A frame that waits for others is due with the last of them.
  const due = frames.at(-1)!.due;
  const text = frames.length === 1 ? frames[0]!.text : frames.map((frame) => frame.text).join('');
  return { due, bytes: Buffer.from(text), frames: frames.map(({ kind }) => ({ kind, due })) };
}

function* split(from: Iterable<Packet>, gapMs: Ms, cut: (bytes: Buffer) => Buffer[]): Generator<Packet> {
  for (const { due, bytes, frames } of from) {
    const parts = cut(bytes);
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      yield { due: due + index * gapMs, bytes: part, frames: isLast ? frames : [] };
    }
  }
}

function everyBytes(bytes: Buffer, size: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

function insideCharacter(bytes: Buffer): Buffer[] {
  const lead = bytes.findIndex((byte) => byte >= 0xc0);
  return lead === -1 ? [bytes] : [bytes.subarray(0, lead + 1), bytes.subarray(lead + 1)];
}

/** How a reply ended: all of it was written, it was cut on purpose, or the client left. */
export type Outcome = 'complete' | 'cut' | 'client_gone';

/** Identity for the truth log. Set only for chat requests. */
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
  /** Taken one ahead of the writing, so that a long stream is never completely in memory. */
  packets: Iterable<Packet>;
  ending: Knobs['ending'];
  /** No response at all: the connection ends. */
  noHead?: boolean;
  /** From the last packet to the end of the body. */
  lingerMs: Ms;
  /** Head, body and end leave in one write. */
  joined: boolean;
  /** The edge answered, before any gateway: only its ray is in the headers. */
  fromEdge?: boolean;
  chat?: ChatFacts;
  /** Whether it holds one of the provider's slots while it lasts. */
  needsSlot?: boolean;
  /** Called before writing with the time that it waited for its slot. */
  queued?: (ms: Ms) => void;
  /** Called once, when it has ended. */
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

export function jsonReply(status: number, value: unknown): Reply {
  return plainReply(status, 'application/json', JSON.stringify(value));
}

/** A response from the failure table. */
export function failureReply(response: FailedResponse, due: Ms = 0, fromEdge = false): Reply {
  const { status, type, body, headers } = response;
  return { ...plainReply(status, type, body, due, headers), fromEdge };
}

/** A plain text page, as servers written in Go refuse. */
export const textReply = (status: number, text: string): Reply =>
  plainReply(status, 'text/plain; charset=utf-8', text);

/** The reply, `ms` later. */
export const later = (reply: Reply, ms: Ms): Reply => (ms === 0 ? reply : moved(reply, (due) => due + ms));

/** The reply with all delays multiplied. */
export const stretched = (reply: Reply, factor: number): Reply =>
  factor === 1 ? reply : moved(reply, (due) => due * factor);

function moved(reply: Reply, move: (due: Ms) => Ms): Reply {
  return { ...reply, headersDue: move(reply.headersDue), packets: movedPackets(reply.packets, move) };
}

function* movedPackets(packets: Iterable<Packet>, move: (due: Ms) => Ms): Generator<Packet> {
  for (const { due, bytes, frames } of packets)
    yield {
      due: move(due),
      bytes,
      frames: frames.map((frame) => ({ kind: frame.kind, due: move(frame.due) })),
    };
}
