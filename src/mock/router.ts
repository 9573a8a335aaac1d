import type { Clock } from '../base/clock.ts';
import { accountPage } from './account-pages.ts';
import { controlPrefix, controlReply } from './control.ts';
import type { Kept } from './control.ts';
import { cloudflareError } from './failure-modes.ts';
import { Gateway } from './mock-gateway.ts';
import { uuid } from './ids.ts';
import { bearer, header } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { Logs } from './logs.ts';
import { Ollama } from './ollama.ts';
import type { MockOptions } from './options.ts';
import { failureReply, later, textReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { Simulator } from './simulator.ts';

/** Account, gateway, then `compat` or `custom-<slug>`, and the provider's own path. */
const gatewayPath = /^\/v1\/([^/]+)\/([^/]+)\/(?:compat|custom-([^/]+))\/(.+)$/;

/** Finds the handler of a request: the mock's own pages, Cloudflare's API, the gateway, or the provider directly. */
export class Router {
  readonly #options: MockOptions;
  readonly #kept: Kept;
  readonly #ollama: Ollama;
  readonly #gateway: Gateway;
  readonly #logs: Logs;
  readonly #clock: Clock;

  constructor(options: MockOptions, kept: Kept, clock: Clock) {
    this.#options = options;
    this.#kept = kept;
    this.#clock = clock;
    this.#logs = new Logs(options, clock);
    this.#ollama = new Ollama(options, new Simulator(options), clock);
    this.#gateway = new Gateway(options, this.#ollama, this.#logs, clock);
  }

  reply(incoming: Incoming): Reply {
    const reply = this.#find(incoming);
    const { clockAheadMs } = this.#options;
    if (clockAheadMs === 0) return reply;
    const date = new Date(this.#clock.wall().getTime() + clockAheadMs).toUTCString();
    return { ...reply, headers: { ...reply.headers, date } };
  }

  #find(incoming: Incoming): Reply {
    const { path } = incoming;
    if (path.startsWith(controlPrefix)) return controlReply(incoming, this.#kept);
    this.#kept.requests.add(incoming);
    if (path.startsWith('/client/v4/'))
      return accountPage(incoming, this.#options) ?? this.#logs.reply(incoming);
    const match = gatewayPath.exec(path);
    return match && !path.startsWith('/v1/models/')
      ? this.#throughGateway(incoming, match)
      : this.#direct(incoming);
  }

  #throughGateway(incoming: Incoming, [, account, gateway, slug, rest]: RegExpExecArray): Reply {
    if (slug === undefined && rest !== 'chat/completions')
      return failureReply(cloudflareError(404, 7003, 'Could not route to the requested path'));
    if (slug === undefined && incoming.method !== 'POST') return textReply(405, '405 method not allowed');
    const named = slug === undefined ? {} : { slug };
    return this.#gateway.reply({ incoming, account: account!, gateway: gateway!, rest: rest!, ...named });
  }

  #direct({ method, path, query, headers, body }: Incoming): Reply {
    const { reply } = this.#ollama.reply({
      method,
      path,
      query,
      body,
      key: bearer(headers.authorization),
      sim: header(headers, 'x-sim'),
      route: 'direct',
      eventId: header(headers, 'cf-aig-event-id') ?? uuid(),
    });
    const { routeDelayMs, speed } = this.#options;
    return reply.chat ? later(reply, (routeDelayMs.direct ?? 0) / speed) : reply;
  }
}
