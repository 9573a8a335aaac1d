import { gzipSync } from 'node:zlib';
import type { Ms } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { ChatBody, ChatWay } from './chat-request.ts';
import { compose, nativeDialect, openaiDialect } from './dialects.ts';
import type { Knobs } from './knobs.ts';
import {
  type Dialect,
  failureReply,
  type Frame,
  type FrameText,
  type Packet,
  packets,
  plainReply,
  type Reply,
} from './reply.ts';
import type { Draw } from './simulator.ts';

/**
 * Gives each frame its due time, and spoils the stream as the knobs say: comments, raw text, a pause, a cut. Times are
 * divided by `speed`.
 */
export function* timedFrames(
  dialect: Dialect,
  knobs: Knobs,
  random: Random,
  speed: number,
): Generator<Frame> {
  for (const frame of framesInTime(dialect, knobs, random)) yield { ...frame, due: frame.due / speed };
}

function* framesInTime(dialect: Dialect, knobs: Knobs, random: Random): Generator<Frame> {
  // Text cannot leave before the headers do. If only the first piece were late, the stream would look faster than it
  // is.
  let due = Math.max(knobs.ttftMs, knobs.headersMs);
  let count = 0;
  for (const frame of dialect.frames(() => due)) {
    if (count === knobs.rawAfter && knobs.raw !== undefined) yield { kind: 'raw', text: knobs.raw, due };
    if (count === knobs.stallAfter) {
      yield* comments(dialect, due, knobs);
      due += knobs.stallMs;
    }
    if (count === knobs.cutAfter) return;
    if (knobs.commentEvery > 0 && dialect.comment !== '' && count % knobs.commentEvery === 0)
      yield { kind: 'comment', text: dialect.comment, due: dueOf(frame, due, knobs) };
    yield { ...frame, due: dueOf(frame, due, knobs) };
    count++;
    // The end follows the last piece at once: usage and `[DONE]` take no time to compute.
    if (frame.kind !== 'finish' && frame.kind !== 'usage' && frame.kind !== 'role') due += gap(knobs, random);
  }
  if (count === knobs.rawAfter && knobs.raw !== undefined) yield { kind: 'raw', text: knobs.raw, due };
}

function dueOf(frame: FrameText, due: Ms, knobs: Knobs): Ms {
  return frame.kind === 'role' ? Math.min(knobs.headersMs, due) : due;
}

function gap(knobs: Knobs, random: Random): Ms {
  const spread = knobs.jitter > 0 ? 1 + knobs.jitter * (2 * random() - 1) : 1;
  const isTail = knobs.tailChance > 0 && random() < knobs.tailChance;
  return knobs.gapMs * spread * (isTail ? knobs.tailFactor : 1);
}

function* comments(dialect: Dialect, from: Ms, knobs: Knobs): Generator<Frame> {
  if (knobs.stallCommentMs === 0 || dialect.comment === '') return;
  for (let at = knobs.stallCommentMs; at < knobs.stallMs; at += knobs.stallCommentMs)
    yield { kind: 'comment', text: dialect.comment, due: from + at };
}

export interface ReplySettings {
  way: ChatWay;
  eventId: string;
  wall: Date;
  /** Delays are divided by this; `Infinity` answers at once. */
  speed: number;
  /** Time for loading the model. */
  loadMs: Ms;
}

/** Writes a drawn answer in its format, streamed or not. */
export function chatReply(draw: Draw, body: ChatBody, settings: ReplySettings): Reply {
  const { way, eventId, wall, loadMs } = settings;
  const { failure, knobs } = draw;
  const speed = knobs.instant ? Infinity : settings.speed;
  if (failure) {
    const response = failure.respond({ model: body.model, wall });
    return failureReply(response, (failure.delayMs ?? 0) / speed, failure.fromEdge);
  }
  const model = knobs.echoModel ?? body.model;
  const composition = compose(knobs, { ...body, eventId });
  let queuedMs: Ms = 0;
  const queued = (ms: Ms): void => {
    queuedMs = ms;
  };
  const created = Math.floor(wall.getTime() / 1000);
  const dialect =
    way === 'openai'
      ? openaiDialect({ id: draw.id, created, model, includeUsage: body.includeUsage }, knobs, composition)
      : nativeDialect({ wall, model, loadMs, speed, queuedMs: () => queuedMs }, knobs, composition);
  const worded = way === 'native' ? { ...draw, knobs: asLines(knobs) } : draw;
  return { ...(body.stream ? streamed(dialect, worded, speed) : whole(dialect, worded, speed)), queued };
}

/** Raw text in the failure table has the form of an event. Here the same is a line of its own. */
function asLines(knobs: Knobs): Knobs {
  return { ...knobs, raw: knobs.raw?.replace(/^(?:event: \w+\n)?data: /, '').replace(/\n\n$/, '\n') };
}

function streamed(dialect: Dialect, { knobs, random }: Draw, speed: number): Reply {
  return {
    status: 200,
    headers: {
      'content-type': knobs.contentType ?? dialect.streamType,
      ...(knobs.gzip && { 'content-encoding': 'gzip' }),
    },
    headersDue: knobs.headersMs / speed,
    packets: packets(timedFrames(dialect, knobs, random, speed), knobs),
    ending: knobs.ending,
    noHead: knobs.noHead,
    lingerMs: knobs.lingerMs / speed,
    joined: knobs.instant,
  };
}

/** The whole answer at the instant at which its stream would have ended. */
function whole(dialect: Dialect, { knobs, random }: Draw, speed: number): Reply {
  const unspoilt = { ...knobs, stallAfter: undefined, cutAfter: undefined };
  let total = knobs.headersMs;
  for (const frame of timedFrames(dialect, unspoilt, random, 1)) total = Math.max(total, frame.due);
  const text = knobs.rawWhole ?? dialect.whole(total);
  const body = knobs.gzip ? gzipSync(text) : Buffer.from(text);
  const headers = knobs.gzip ? { 'content-encoding': 'gzip' } : {};
  const reply = plainReply(200, knobs.contentType ?? dialect.wholeType, body, total / speed, headers);
  return { ...reply, ...spoiltBody(body, knobs, total / speed, speed) };
}

/** A body that is cut or stalls does so in its middle, or before its first byte. */
function spoiltBody(body: Buffer, knobs: Knobs, due: Ms, speed: number): Partial<Reply> {
  if (knobs.noHead) return { noHead: true, ending: knobs.ending };
  const middle = knobs.cutAfter === 0 || knobs.stallAfter === 0 ? 0 : body.length >> 1;
  const first: Packet = { due, bytes: body.subarray(0, middle), frames: [] };
  if (knobs.cutAfter !== undefined && knobs.ending !== 'end')
    return { packets: [first], ending: knobs.ending, joined: false };
  if (knobs.stallMs === 0) return {};
  const late = due + knobs.stallMs / speed;
  const rest: Packet = { due: late, bytes: body.subarray(middle), frames: [{ kind: 'body', due: late }] };
  return { packets: [first, rest], joined: false };
}
