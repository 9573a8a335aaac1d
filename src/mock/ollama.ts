import type { Clock, Ms } from '../base/clock.ts';
import { chatReply } from './chat-reply.ts';
import { type ChatBody, type ChatWay, LoadedModels, readChatBody } from './chat-request.ts';
import { compose } from './dialects.ts';
import { type FailedResponse, nativeError, openaiError } from './failure-modes.ts';
import { KnobError, type Knobs } from './knobs.ts';
import { modelPages } from './model-pages.ts';
import type { MockOptions } from './options.ts';
import { failureReply, jsonReply, type Reply, textReply } from './reply.ts';
import type { Draw, Simulator } from './simulator.ts';
import { machineNow } from './timetable.ts';

/** Prompts that are kept per model. */
const mostKept = 64;
const charactersPerToken = 4;

/** A server's prompt cache: the work on prompts that it read, reused for one with the same beginning. */
export class PromptCache {
  readonly #kept = new Map<string, string[]>();

  /** Reads a prompt. Returns how many of its tokens were cached. The last one is always computed. */
  read(model: string, text: string, tokens: number): number {
    const kept = this.#kept.get(model) ?? [];
    const alike = Math.max(0, ...kept.map((other) => sharedLength(text, other)));
    if (!kept.includes(text)) this.#kept.set(model, [...kept, text].slice(-mostKept));
    const share = text.length > 0 ? alike / text.length : 0;
    return Math.max(
      0,
      Math.min(tokens - 1, Math.floor(share * tokens), Math.ceil(alike / charactersPerToken)),
    );
  }
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

interface Totals {
  request_count: number;
  usage_usd: number;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
}

const hour: Ms = 3_600_000;
const ranges: Record<string, Ms> = { '24h': 24 * hour, '7d': 7 * 24 * hour, '30d': 30 * 24 * hour };
/** USD per token, invented. */
const price = { input: 0.5e-6, output: 2e-6 };

/** The provider's counts, by hour and model: its `/api/usage`. A failed request costs nothing. */
export class UsageBook {
  readonly #buckets = new Map<string, { start: Ms; model: string; totals: Totals }>();

  add(body: ChatBody, { knobs, failure }: Draw, wall: Date): void {
    if (failure) return;
    const { tokens } = compose(knobs, body);
    const start = Math.floor(wall.getTime() / hour) * hour;
    const key = `${start} ${body.model}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) this.#buckets.set(key, (bucket = { start, model: body.model, totals: nothing() }));
    addTo(bucket.totals, {
      request_count: 1,
      usage_usd: tokens.prompt * price.input + tokens.completion * price.output,
      input_tokens: tokens.prompt,
      cached_input_tokens: knobs.cachedTokens,
      output_tokens: tokens.completion,
    });
  }

  /** Totals of a range (`24h`, `7d`, `30d`), and the same by hour, or by model and hour. */
  report(range: string, groupBy: string | null, now: Date): object {
    const from = now.getTime() - (ranges[range] ?? 24 * hour);
    const within = [...this.#buckets.values()].filter(({ start }) => start + hour > from);
    const totals = nothing();
    const grouped = new Map<string, { from: string; until: string; model?: string } & Totals>();
    for (const { start, model, totals: part } of within) {
      addTo(totals, part);
      const byModel = groupBy === 'model';
      const key = byModel ? `${start} ${model}` : String(start);
      const bucket = grouped.get(key) ?? {
        from: new Date(start).toISOString(),
        until: new Date(start + hour).toISOString(),
        ...(byModel && { model }),
        ...nothing(),
      };
      addTo(bucket, part);
      grouped.set(key, bucket);
    }
    return { range, totals, buckets: [...grouped.values()] };
  }
}

const nothing = (): Totals => ({
  request_count: 0,
  usage_usd: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
});

const names = Object.keys(nothing()) as (keyof Totals)[];

function addTo(sum: Totals, part: Totals): void {
  for (const name of names) sum[name] += part[name];
}

/** A request at the provider, through a gateway or directly. */
export interface ProviderRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  /** Replaces the body's model: the gateway removes its prefix. */
  model?: string;
  /** The key in the request. Absent if none was sent. */
  key: string | undefined;
  /** The header `x-sim`. */
  sim: string | undefined;
  route: string;
  eventId: string;
  /** Repeats this at once: an answer from the gateway's cache. */
  cached?: Draw;
}

/** The provider's reply, with its details if a model was asked. */
export interface ProviderReply {
  reply: Reply;
  draw?: Draw;
  body?: ChatBody;
}

export const storedKey = 'the key that the gateway keeps';

const chatWays: Record<string, ChatWay> = { '/v1/chat/completions': 'openai', '/api/chat': 'native' };

/** Ollama: ollama.com if keys are required, otherwise a local one. */
export class Ollama {
  readonly #options: MockOptions;
  readonly #simulator: Simulator;
  readonly #clock: Clock;
  readonly #loaded = new LoadedModels();
  readonly #promptCache = new PromptCache();
  readonly #usage = new UsageBook();

  constructor(options: MockOptions, simulator: Simulator, clock: Clock) {
    this.#options = options;
    this.#simulator = simulator;
    this.#clock = clock;
  }

  reply(request: ProviderRequest): ProviderReply {
    const { method, path } = request;
    const way = chatWays[path];
    if (way) {
      if (method !== 'POST') return { reply: textReply(405, '405 method not allowed') };
      if (!this.#knows(request)) return { reply: failureReply(nativeError(401, 'unauthorized')) };
      return this.#chat(request, way);
    }
    if (path === '/api/usage' || path === '/api/balance')
      return {
        reply: this.#knows(request) ? this.#account(request) : failureReply(nativeError(401, 'unauthorized')),
      };
    const page = modelPages(
      request,
      this.#loaded.list(machineNow()),
      this.#clock.wall(),
      this.#options.retired,
    );
    return { reply: page ?? textReply(404, '404 page not found') };
  }

  /** A gateway's stored key is valid. A key in the request must be known, but a local Ollama needs none. */
  #knows({ key, route }: ProviderRequest): boolean {
    if (key === storedKey) return true;
    const { providerKeys } = this.#options;
    return providerKeys ? providerKeys.includes(key ?? '') : route === 'direct';
  }

  #chat(request: ProviderRequest, way: ChatWay): ProviderReply {
    const asked = readChatBody(request.body, way);
    if (typeof asked === 'string') return { reply: failureReply(refusal(way, 400, asked)) };
    const body: ChatBody = { ...asked, model: request.model ?? asked.model };
    const { model, stream: streamed } = body;
    const chat = { eventId: request.eventId, model, route: request.route, streamed };
    const draw = request.cached ?? this.#draw(request, body);
    if (draw === undefined)
      return { reply: { ...failureReply(refusal(way, 404, `model '${model}' not found`)), chat }, body };
    if (typeof draw === 'string') return { reply: { ...failureReply(refusal(way, 400, draw)), chat }, body };

    const promptTokens = draw.knobs.promptTokens ?? body.promptTokens;
    if (body.refusesCut && promptTokens > (draw.knobs.contextTokens ?? Infinity))
      return {
        reply: { ...failureReply(refusal(way, 400, 'the input length exceeds the context length')), chat },
        body,
      };
    const loadMs = request.cached ? 0 : this.#load(body, draw);
    const read = request.cached ? draw.knobs : this.#read(body, draw.knobs, promptTokens);
    const slower = { ...draw, knobs: delayed(read, loadMs) };
    const speed = request.cached ? Infinity : this.#options.speed;
    const { eventId } = request;
    const reply = chatReply(slower, body, { way, eventId, wall: this.#clock.wall(), speed, loadMs });
    if (!request.cached) this.#usage.add(body, draw, this.#clock.wall());
    return { reply: { ...reply, chat, needsSlot: !request.cached }, draw, body };
  }

  #draw(request: ProviderRequest, body: ChatBody): Draw | undefined | string {
    try {
      return this.#simulator.draw(body, request.sim);
    } catch (error) {
      if (error instanceof KnobError) return error.message;
      throw error;
    }
  }

  #load(body: ChatBody, { knobs }: Draw): Ms {
    const state = this.#loaded.use(body.model, machineNow(), body.keepAliveMs);
    return state === 'cold' ? knobs.loadMs : 0;
  }

  /** Cuts the prompt to the context, and takes time to read what is not in the cache. */
  #read({ model, promptText }: ChatBody, knobs: Knobs, tokens: number): Knobs {
    const promptTokens = Math.min(tokens, knobs.contextTokens ?? Infinity);
    const cachedTokens = knobs.promptCache
      ? this.#promptCache.read(model, promptText, promptTokens)
      : knobs.cachedTokens;
    const readMs = knobs.promptTokenMs * Math.max(0, promptTokens - cachedTokens);
    return delayed({ ...knobs, promptTokens, cachedTokens }, readMs);
  }

  #account({ path, query }: ProviderRequest): Reply {
    if (path === '/api/balance') return jsonReply(200, { balance_usd: 25 });
    return jsonReply(
      200,
      this.#usage.report(query.get('range') ?? '24h', query.get('group_by'), this.#clock.wall()),
    );
  }
}

function delayed(knobs: Knobs, ms: Ms): Knobs {
  return { ...knobs, headersMs: knobs.headersMs + ms, ttftMs: knobs.ttftMs + ms };
}

/** Refuses in the format of the request. */
function refusal(way: ChatWay, status: number, message: string): FailedResponse {
  if (way === 'native') return nativeError(status, message);
  return openaiError(status, status === 404 ? 'not_found_error' : 'invalid_request_error', message);
}
