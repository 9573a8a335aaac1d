import { createHash } from 'node:crypto';
import type { Clock, Ms } from '../base/clock.ts';
import { compose } from './dialects.ts';
import { type FailedResponse, gatewayError } from './failure-modes.ts';
import { logId, ray, uuid } from './ids.ts';
import { bearer, header, type Incoming } from './incoming.ts';
import type { Knobs } from './knobs.ts';
import { type LogRow, type Logs, RateWindow } from './logs.ts';
import { type Ollama, type ProviderReply, storedKey } from './ollama.ts';
import type { MockOptions } from './options.ts';
import { failureReply, later, type Reply } from './reply.ts';
import type { Draw } from './simulator.ts';
import { machineNow } from './timetable.ts';

type Flat = string | number | boolean;
export type Metadata = Record<string, Flat>;

const isFlat = ([, value]: [string, unknown]): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** The first five entries of `cf-aig-metadata`. Empty if there is no header. Undefined if it is not flat JSON. */
export function metadataOf(value: string | undefined): Metadata | undefined {
  if (value === undefined) return {};
  try {
    const given: unknown = JSON.parse(value);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
    const entries: [string, unknown][] = Object.entries(given);
    return entries.every(isFlat) ? Object.fromEntries(entries.slice(0, 5) as [string, Flat][]) : undefined;
  } catch {
    return undefined;
  }
}

/** A request on one of the gateway's routes. */
export interface GatewayCall {
  incoming: Incoming;
  account: string;
  gateway: string;
  /** Absent on `compat`, where the model names the provider. */
  slug?: string;
  /** Path after the provider. */
  rest: string;
}

/** Where the gateway sends a request that is allowed. */
export interface Upstream {
  path: string;
  provider: string;
  /** The bare model, from `custom-<slug>/<model>`. Absent on the provider route, which leaves bodies unchanged. */
  model?: string;
  /** The provider's key. Absent if none is sent. */
  key: string | undefined;
  metadata: Metadata;
}

/** Checks a call like the gateway does: gateway, token, metadata, provider. Refuses it if one is wrong. */
export function upstreamOf(call: GatewayCall, options: MockOptions): Upstream | FailedResponse {
  const { incoming, gateway, slug, rest } = call;
  if (options.gateways && !options.gateways.includes(gateway))
    return gatewayError(400, 2001, 'Please configure AI Gateway in the Cloudflare dashboard');

  const authorization = authorize(call, options);
  if (!authorization.ok) return gatewayError(401, 2009, 'Unauthorized', true);
  const metadata = metadataOf(header(incoming.headers, 'cf-aig-metadata'));
  if (!metadata) return gatewayError(400, 2019, 'cf-aig-metadata is not flat JSON');

  const named: { slug: string; model?: string } | undefined =
    slug === undefined ? namedInBody(incoming.body) : { slug };
  const provider = named && options.providers.find((each) => each.slug === named.slug);
  if (!named || !provider || provider.enabled === false)
    return gatewayError(400, 2019, 'Chat completion bad format');

  const basePath = slug === undefined && options.compatJoin === 'replace' ? '' : (provider.basePath ?? '');
  return {
    path: `${basePath}/${slug === undefined ? 'v1/chat/completions' : rest}`,
    provider: `custom-${named.slug}`,
    ...(named.model !== undefined && { model: named.model }),
    key: authorization.forwarded ?? storedKeyFor(incoming, options),
    metadata,
  };
}

/**
 * The gateway's token belongs in `cf-aig-authorization`. An `Authorization` is for the provider and passed on, except
 * that `/compat` may use it as the gateway's own if there is nothing else.
 */
function authorize(
  { incoming, slug }: GatewayCall,
  options: MockOptions,
): { ok: boolean; forwarded?: string } {
  const { gatewayToken, acceptBearer } = options;
  const authorization = bearer(incoming.headers.authorization);
  const own = bearer(header(incoming.headers, 'cf-aig-authorization'));
  const mayBeOurs = acceptBearer && slug === undefined && own === undefined && authorization !== undefined;
  if (mayBeOurs && (gatewayToken === undefined || authorization === gatewayToken)) return { ok: true };
  const ok = gatewayToken === undefined || own === gatewayToken;
  return { ok, ...(authorization !== undefined && { forwarded: authorization }) };
}

function storedKeyFor(
  { headers }: Incoming,
  { storedKey: isStored, byokAliases }: MockOptions,
): string | undefined {
  const alias = header(headers, 'cf-aig-byok-alias') ?? 'default';
  return isStored && byokAliases.includes(alias) ? storedKey : undefined;
}

/** `custom-<slug>/<model>`, as `compat` requires. */
function namedInBody(body: string): { slug: string; model: string } | undefined {
  try {
    const { model } = JSON.parse(body) as { model?: unknown };
    const match = /^custom-([a-z0-9-]+)\/(.+)$/i.exec(typeof model === 'string' ? model : '');
    return match ? { slug: match[1]!, model: match[2]! } : undefined;
  } catch {
    return undefined;
  }
}

const maxEntries = 1000;

/** The gateway's cache, stored as draws: a hit repeats the same answer at once. */
export class AnswerCache {
  readonly #draws = new Map<string, Draw>();

  get(key: string): Draw | undefined {
    return this.#draws.get(key);
  }

  set(key: string, draw: Draw): void {
    this.#draws.delete(key);
    this.#draws.set(key, draw);
    if (this.#draws.size > maxEntries) this.#draws.delete(this.#draws.keys().next().value!);
  }
}

/** The key is the whole body, and `x-sim`, which belongs to the model, unless the caller names a key of its own. */
export function cacheKey(path: string, body: string, sim = '', ownKey?: string): string {
  if (ownKey !== undefined) return `own ${ownKey}`;
  return createHash('sha1').update(`${path}\n${sim}\n`).update(body).digest('base64');
}

/** The gateway's headers on its answer to a request. */
export interface Signature {
  logId: string;
  eventId: string;
  cache: 'HIT' | 'MISS';
}

/** Adds the gateway's and the edge's headers, and then applies the knobs about headers. */
export function signed(reply: Reply, { logId, eventId, cache }: Signature, knobs?: Knobs): Reply {
  const gateway = {
    'cf-aig-log-id': logId,
    'cf-aig-request-id': logId,
    'cf-aig-event-id': eventId,
    'cf-aig-cache-status': cache,
    'cf-aig-step': '0',
  };
  const edge = { 'cf-ray': ray(), server: 'cloudflare' };
  const headers = { ...reply.headers, ...(!reply.fromEdge && gateway), ...edge, ...knobs?.extraHeaders };
  const { omitHeaders = [] } = knobs ?? {};
  if (omitHeaders.length === 0) return { ...reply, headers };
  const optional = omitHeaders.includes('optional') ? Object.keys({ ...gateway, ...edge }) : [];
  const omit = [...omitHeaders, ...optional];
  return {
    ...reply,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !omit.includes(name))),
  };
}

const maxAttempts = 5;

/** Cloudflare AI Gateway in front of a provider: access control, and the headers on answers. */
export class Gateway {
  readonly #options: MockOptions;
  readonly #ollama: Ollama;
  readonly #logs: Logs;
  readonly #clock: Clock;
  readonly #cache = new AnswerCache();
  readonly #limit: RateWindow | undefined;

  constructor(options: MockOptions, ollama: Ollama, logs: Logs, clock: Clock) {
    this.#options = options;
    this.#ollama = ollama;
    this.#logs = logs;
    this.#clock = clock;
    this.#limit = options.rateLimit && new RateWindow(options.rateLimit);
  }

  reply(call: GatewayCall): Reply {
    const { headers } = call.incoming;
    const eventId = header(headers, 'cf-aig-event-id') ?? uuid();
    const upstream = upstreamOf(call, this.#options);
    const isLimited = (this.#limit?.take(machineNow()) ?? 0) > 0;
    const no =
      'status' in upstream ? upstream : isLimited ? gatewayError(429, 2003, 'Rate limited') : undefined;
    if (no) return signed(failureReply(no), { logId: logId(this.#clock.wall()), eventId, cache: 'MISS' });
    return this.#pass(call, upstream as Upstream, eventId);
  }

  #pass(call: GatewayCall, upstream: Upstream, eventId: string): Reply {
    const { headers, body } = call.incoming;
    const skipsCache = header(headers, 'cf-aig-skip-cache') === 'true';
    const key = cacheKey(upstream.path, body, header(headers, 'x-sim'), header(headers, 'cf-aig-cache-key'));
    const cached = skipsCache ? undefined : this.#cache.get(key);
    const { provider, waitedMs } = this.#ask(call, upstream, eventId, cached);
    const id = logId(this.#clock.wall());
    const delay = cached ? 0 : waitedMs + this.#routeDelay(call);
    return {
      ...signed(
        later(provider.reply, delay),
        { logId: id, eventId, cache: cached ? 'HIT' : 'MISS' },
        provider.draw?.knobs,
      ),
      ended: (outcome) => {
        const { draw } = provider;
        if (draw && !cached && !skipsCache && outcome === 'complete' && this.#keeps(provider))
          this.#cache.set(key, draw);
        this.#log(call, upstream, provider, { id, eventId, cached: cached !== undefined });
      },
    };
  }

  /** Asks the provider, and again if it fails and the gateway is set to retry. The client notices only the time. */
  #ask(
    call: GatewayCall,
    upstream: Upstream,
    eventId: string,
    cached: Draw | undefined,
  ): { provider: ProviderReply; waitedMs: Ms } {
    const { method, query, headers, body } = call.incoming;
    const { gatewayRetries, heedsMaxAttempts, guardrails } = this.#options;
    const allowed = heedsMaxAttempts ? Number(header(headers, 'cf-aig-max-attempts')) : 0;
    const asked = allowed || 1 + gatewayRetries;
    const request = {
      ...upstream,
      method,
      query,
      body: guardrails ? unstreamed(body) : body,
      sim: header(headers, 'x-sim'),
      route: call.slug === undefined ? 'compat' : 'provider',
      eventId,
      ...(cached && { cached }),
    };
    let waitedMs = 0;
    for (let attempt = 1; ; attempt++) {
      const provider = this.#ollama.reply(request);
      const { status, headersDue } = provider.reply;
      const failed = provider.draw?.failure !== undefined && (status === 429 || status >= 500);
      if (!failed || attempt >= Math.min(asked, maxAttempts)) return { provider, waitedMs };
      this.#log(call, upstream, provider, { id: logId(this.#clock.wall()), eventId, cached: false });
      waitedMs += headersDue + this.#options.gatewayRetryDelayMs / this.#options.speed;
    }
  }

  #routeDelay({ slug }: GatewayCall): Ms {
    const { routeDelayMs, speed } = this.#options;
    return (routeDelayMs[slug === undefined ? 'compat' : 'provider'] ?? 0) / speed;
  }

  #keeps({ reply, body, draw }: ProviderReply): boolean {
    const { cache } = this.#options;
    const isAnswer = reply.status === 200 && draw?.failure === undefined;
    return isAnswer && (cache === 'all' || (cache === 'unstreamed' && body?.stream === false));
  }

  #log(
    { incoming, account, gateway }: GatewayCall,
    upstream: Upstream,
    { reply, draw, body }: ProviderReply,
    { id, eventId, cached }: Pick<LogRow, 'id' | 'eventId' | 'cached'>,
  ): void {
    const { headers } = incoming;
    if (header(headers, 'cf-aig-collect-log') === 'false' || draw?.knobs.logMissing) return;
    // The gateway counts what passes: a stream without usage has no count.
    const isCounted =
      draw && !draw.failure && draw.knobs.usage !== 'none' && (!body?.stream || body.includeUsage);
    const tokens = isCounted && body ? compose(draw.knobs, body).tokens : undefined;
    this.#logs.add({
      id,
      account,
      gateway,
      eventId,
      createdAt: this.#clock.wall(),
      durationMs: machineNow() - incoming.received,
      model: upstream.model ?? body?.model ?? '',
      provider: upstream.provider,
      path: upstream.path.slice(1),
      status: reply.status,
      step: 0,
      cached,
      tokensIn: tokens?.prompt,
      tokensOut: tokens?.completion,
      metadata: upstream.metadata,
      requestType: header(headers, 'content-type'),
      responseType: reply.headers['content-type'],
      requestSize: Buffer.byteLength(incoming.body),
      userAgent: headers['user-agent'],
    });
  }
}

/** The same request for an answer in one piece: an answer that must be examined first cannot be streamed. */
function unstreamed(body: string): string {
  try {
    return JSON.stringify({ ...(JSON.parse(body) as object), stream: false });
  } catch {
    return body;
  }
}
