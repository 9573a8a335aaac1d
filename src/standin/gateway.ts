import type { Ms } from '../base/clock.ts';
import { AnswerCache, cacheKey } from './answer-cache.ts';
import { gatewayError, nativeError } from './failures.ts';
import type { FailedResponse } from './failures.ts';
import { logId, ray, uuid } from './ids.ts';
import { bearer, header } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { chatCompletion, failureReply } from './ollama.ts';
import type { ProviderChat, ProviderReply } from './ollama.ts';
import type { StandinOptions } from './options.ts';
import { plainReply } from './reply.ts';
import type { Outcome, Reply } from './reply.ts';
import type { Simulator } from './simulator.ts';

/** A chat request on one of the gateway's routes. */
export interface GatewayCall {
  incoming: Incoming;
  gateway: string;
  /** Absent on `compat`, where the model names the provider. */
  slug?: string;
  /** What follows the provider in the path. */
  rest: string;
}

/** Where the gateway sends a request. */
interface Upstream {
  path: string;
  model?: string;
  /** What the provider gets as its key. Absent when nothing is sent. */
  key: string | undefined;
}

/** What one request did, for the gateway's log. */
export interface GatewayEvent {
  logId: string;
  eventId: string;
  incoming: Incoming;
  provider: ProviderReply;
  path: string;
  model: string | undefined;
  cached: boolean;
  metadata: Record<string, unknown> | undefined;
  outcome: Outcome;
}

const storedKey = 'stored-key';
const optionalHeaders = [
  'cf-aig-event-id',
  'cf-aig-request-id',
  'cf-aig-step',
  'cf-aig-cache-status',
  'cf-ray',
  'server',
];

/** Cloudflare AI Gateway in front of one provider: who may pass, where to, and what the answer is signed with. */
export class Gateway {
  readonly #options: StandinOptions;
  readonly #simulator: Simulator;
  readonly #onEvent: (event: GatewayEvent) => void;
  readonly #cache = new AnswerCache();

  constructor(options: StandinOptions, simulator: Simulator, onEvent: (event: GatewayEvent) => void) {
    this.#options = options;
    this.#simulator = simulator;
    this.#onEvent = onEvent;
  }

  reply(call: GatewayCall, wall: Date): Reply {
    const { headers, body } = call.incoming;
    const id = logId(wall);
    const eventId = header(headers, 'cf-aig-event-id') ?? uuid();
    const upstream = this.#upstream(call);
    if ('status' in upstream) return signed(failureReply(upstream), id, eventId, 'MISS', []);

    const skipsCache = header(headers, 'cf-aig-skip-cache') === 'true';
    const key = cacheKey(upstream.path, body, header(headers, 'cf-aig-cache-key'));
    const cached = skipsCache ? undefined : this.#cache.get(key);
    const chat: ProviderChat = {
      body,
      ...(upstream.model !== undefined && { model: upstream.model }),
      sim: header(headers, 'x-sim'),
      route: call.slug === undefined ? 'compat' : 'provider',
      eventId,
      wall,
      cached,
      speed: this.#options.speed,
    };
    const provider = this.#provider(upstream, chat);
    const { reply, draw } = provider;
    const omit = [...(draw?.knobs.omitHeaders ?? [])];
    const delayed = cached
      ? reply
      : later(reply, (this.#options.routeDelayMs[chat.route] ?? 0) / this.#options.speed);
    return {
      ...signed(delayed, id, eventId, cached ? 'HIT' : 'MISS', omit, draw?.knobs.extraHeaders),
      ended: (outcome) => {
        if (draw && !cached && !skipsCache && outcome === 'complete' && this.#keeps(provider))
          this.#cache.set(key, draw);
        const metadata = metadataOf(headers['cf-aig-metadata']);
        const model = upstream.model ?? provider.body?.model;
        const { path } = upstream;
        this.#onEvent({
          logId: id,
          eventId,
          incoming: call.incoming,
          provider,
          path,
          model,
          cached: Boolean(cached),
          metadata,
          outcome,
        });
      },
    };
  }

  #upstream(call: GatewayCall): Upstream | FailedResponse {
    const { headers } = call.incoming;
    const { gateways, gatewayToken, acceptBearer } = this.#options;
    if (gateways && !gateways.includes(call.gateway))
      return gatewayError(400, 2001, 'Please configure AI Gateway in the Cloudflare dashboard');

    let authorization = bearer(headers.authorization);
    const own = bearer(header(headers, 'cf-aig-authorization'));
    const takesBearer = acceptBearer && call.slug === undefined && own === undefined;
    const isGatewayToken = gatewayToken === undefined || authorization === gatewayToken;
    if (takesBearer && authorization !== undefined && isGatewayToken) authorization = undefined;
    else if (gatewayToken !== undefined && own !== gatewayToken)
      return gatewayError(401, 2009, 'Unauthorized', true);
    if (metadataOf(headers['cf-aig-metadata']) === undefined)
      return gatewayError(400, 2019, 'cf-aig-metadata is not flat JSON');

    const named = call.slug === undefined ? providerInModel(call.incoming.body) : { slug: call.slug };
    const provider = named && this.#options.providers.find(({ slug }) => slug === named.slug);
    if (!named || !provider || provider.enabled === false)
      return gatewayError(400, 2019, 'Chat completion bad format');
    const path = `${provider.basePath ?? ''}/${call.slug === undefined ? 'v1/chat/completions' : call.rest}`;
    return {
      path,
      key: authorization ?? this.#storedKey(headers),
      ...('model' in named && { model: named.model }),
    };
  }

  #storedKey(headers: Incoming['headers']): string | undefined {
    const alias = header(headers, 'cf-aig-byok-alias') ?? 'default';
    return this.#options.storedKey && this.#options.byokAliases.includes(alias) ? storedKey : undefined;
  }

  #provider(upstream: Upstream, chat: ProviderChat): ProviderReply {
    const { key } = upstream;
    const known = key === storedKey || (key !== undefined && this.#options.providerKeys?.includes(key));
    if (!known) return { reply: failureReply(nativeError(401, 'unauthorized')) };
    if (upstream.path !== '/v1/chat/completions')
      return { reply: plainReply(404, 'text/plain; charset=utf-8', '404 page not found') };
    return chatCompletion(chat, this.#simulator);
  }

  #keeps({ reply, body, draw }: ProviderReply): boolean {
    const { cache } = this.#options;
    return (
      reply.status === 200 && !draw?.failure && (cache === 'all' || (cache === 'unstreamed' && !body?.stream))
    );
  }
}

/** `custom-<slug>/<model>`, as `compat` wants it. */
function providerInModel(body: string): { slug: string; model: string } | undefined {
  try {
    const { model } = JSON.parse(body) as { model?: unknown };
    const match = /^custom-([a-z0-9-]+)\/(.+)$/i.exec(typeof model === 'string' ? model : '');
    return match ? { slug: match[1]!, model: match[2]! } : undefined;
  } catch {
    return undefined;
  }
}

/** The first five entries of `cf-aig-metadata`; none where there is no header. Undefined when it is not flat JSON. */
export function metadataOf(value: string | string[] | undefined): Record<string, unknown> | undefined {
  if (value === undefined) return {};
  try {
    const entries = Object.entries(JSON.parse(String(value)) as object).slice(0, 5);
    const isFlat = entries.every(([, entry]) => ['string', 'number', 'boolean'].includes(typeof entry));
    return isFlat ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

function signed(
  reply: Reply,
  id: string,
  eventId: string,
  cache: 'HIT' | 'MISS',
  omit: readonly string[],
  extra: Record<string, string> = {},
): Reply {
  const edge = { 'cf-ray': ray(), server: 'cloudflare' };
  const own = {
    'cf-aig-log-id': id,
    'cf-aig-request-id': id,
    'cf-aig-event-id': eventId,
    'cf-aig-cache-status': cache,
    'cf-aig-step': '0',
  };
  const headers: Record<string, string> = {
    ...reply.headers,
    ...(!reply.fromEdge && own),
    ...edge,
    ...extra,
  };
  const left = omit.includes('optional') ? [...omit, 'cf-aig-log-id', ...optionalHeaders] : omit;
  return {
    ...reply,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !left.includes(name))),
  };
}

/** The reply with everything `ms` later. */
export function later(reply: Reply, ms: Ms): Reply {
  if (ms === 0) return reply;
  return { ...reply, headersDue: reply.headersDue + ms, packets: laterPackets(reply.packets, ms) };
}

function* laterPackets(packets: Reply['packets'], ms: Ms): Reply['packets'] {
  for (const packet of packets)
    yield {
      ...packet,
      due: packet.due + ms,
      frames: packet.frames.map((frame) => ({ ...frame, due: frame.due + ms })),
    };
}
