import { gzipSync } from 'node:zlib';
import type { Ms } from '../base/clock.ts';
import { readChatBody } from './chat-request.ts';
import type { ChatBody } from './chat-request.ts';
import { compose } from './composition.ts';
import { openaiError } from './failures.ts';
import type { FailedResponse, FailureContext } from './failures.ts';
import type { Dialect } from './frame.ts';
import { KnobError } from './knobs.ts';
import type { Knobs } from './knobs.ts';
import { openaiDialect } from './openai-dialect.ts';
import { packets } from './packet.ts';
import type { Packet } from './packet.ts';
import { plainReply } from './reply.ts';
import type { ChatFacts, Reply } from './reply.ts';
import type { Draw, Simulator } from './simulator.ts';
import { timedFrames } from './timing.ts';

/** A chat request as it reaches the provider, through a gateway or directly. */
export interface ProviderChat {
  body: string;
  /** Replaces the body's model: a gateway takes its prefix off. */
  model?: string;
  /** The header `x-sim`. */
  sim: string | undefined;
  route: string;
  eventId: string;
  wall: Date;
  /** Replays this draw at once: an answer from the gateway's cache. */
  cached?: Draw | undefined;
  speed: number;
}

/** The provider's reply, and the draw behind it where a model answered or failed. */
export interface ProviderReply {
  reply: Reply;
  draw?: Draw;
  body?: ChatBody;
}

/** `/v1/chat/completions`: Ollama's compatible layer over a simulated model. */
export function chatCompletion(chat: ProviderChat, simulator: Simulator): ProviderReply {
  const read = readChatBody(chat.body, false);
  if (typeof read === 'string')
    return { reply: failureReply(openaiError(400, 'invalid_request_error', read)) };
  const body = { ...read, model: chat.model ?? read.model };
  const drawn = chat.cached ?? drawFor(chat, body, simulator);
  const context = { model: body.model, wall: chat.wall };
  const facts: ChatFacts = {
    eventId: chat.eventId,
    model: body.model,
    route: chat.route,
    streamed: body.stream,
  };
  if (drawn === undefined) {
    const missing = openaiError(404, 'not_found_error', `model '${body.model}' not found`);
    return { reply: { ...failureReply(missing), chat: facts }, body };
  }
  if (typeof drawn === 'string')
    return {
      reply: { ...failureReply(openaiError(400, 'invalid_request_error', drawn)), chat: facts },
      body,
    };
  return { reply: { ...answer(drawn, body, chat, context), chat: facts }, draw: drawn, body };
}

function drawFor(chat: ProviderChat, body: ChatBody, simulator: Simulator): Draw | undefined | string {
  try {
    return simulator.draw(body.model, chat.body, body.lastText, chat.sim);
  } catch (error) {
    if (error instanceof KnobError) return error.message;
    throw error;
  }
}

function answer(draw: Draw, body: ChatBody, chat: ProviderChat, context: FailureContext): Reply {
  const speed = chat.cached || draw.knobs.instant ? Infinity : chat.speed;
  const { failure } = draw;
  if (failure)
    return failureReply(failure.respond(context), (failure.delayMs ?? 0) / speed, failure.fromEdge);
  const { knobs } = draw;
  const head = {
    id: draw.id,
    created: Math.floor(chat.wall.getTime() / 1000),
    model: knobs.echoModel ?? body.model,
    includeUsage: body.includeUsage,
  };
  const dialect = openaiDialect(head, knobs, compose(knobs, body));
  return body.stream ? streamed(dialect, draw, speed) : whole(dialect, draw, speed);
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
  let due: Ms = knobs.headersMs / speed;
  for (const frame of timedFrames(dialect, unspoilt, random, speed)) due = Math.max(due, frame.due);
  const text = knobs.rawWhole ?? dialect.whole(due);
  const body = knobs.gzip ? gzipSync(text) : Buffer.from(text);
  const headers = knobs.gzip ? { 'content-encoding': 'gzip' } : {};
  const reply = plainReply(200, knobs.contentType ?? dialect.wholeType, body, due, headers);
  return { ...reply, ...spoiltBody(body, knobs, due, speed) };
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

export function failureReply(
  { status, type, body, headers }: FailedResponse,
  due: Ms = 0,
  fromEdge = false,
): Reply {
  return { ...plainReply(status, type, body, due, headers), fromEdge };
}
