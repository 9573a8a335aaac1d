import type { Clock, Ms } from '../base/clock.ts';
import { AnswerCache, cacheKey } from './answer-cache.ts';
import { compose } from './composition.ts';
import { gatewayError } from './failure-modes.ts';
import { upstreamOf } from './gateway-call.ts';
import type { GatewayCall, Upstream } from './gateway-call.ts';
import { logId, uuid } from './ids.ts';
import { header } from './incoming.ts';
import { machineNow } from './instant.ts';
import type { LogRow } from './mock-log-row.ts';
import type { Logs } from './logs.ts';
import type { Ollama, ProviderReply } from './ollama.ts';
import type { MockOptions } from './options.ts';
import { RateWindow } from './rate-window.ts';
import { failureReply, later } from './reply.ts';
import type { Reply } from './reply.ts';
import { signed } from './signature.ts';
import type { Draw } from './simulator.ts';

const maxAttempts = 5;

/** Cloudflare AI Gateway in front of a provider: who may pass, and what the answer is signed with. */
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

  /** Asks the provider, and again when it fails and the gateway is set to: unseen by the client, but for the time. */
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
    // The gateway counts what passes by: a stream that carries no usage has none.
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

/** The same request for an answer in one piece: what has to be looked through cannot be passed on as it comes. */
function unstreamed(body: string): string {
  try {
    return JSON.stringify({ ...(JSON.parse(body) as object), stream: false });
  } catch {
    return body;
  }
}
