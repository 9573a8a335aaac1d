import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { controlPrefix, controlReply } from './control.ts';
import type { Kept } from './control.ts';
import { cloudflareError, nativeError } from './failures.ts';
import { Gateway } from './gateway.ts';
import { uuid } from './ids.ts';
import { bearer, header } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { simModels } from './models.ts';
import { chatCompletion, failureReply } from './ollama.ts';
import type { StandinOptions } from './options.ts';
import { jsonReply, plainReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { Simulator } from './simulator.ts';

/** Finds the page for a request. */
export class Router {
  readonly #options: StandinOptions;
  readonly #kept: Kept;
  readonly #clock: Clock;
  readonly #simulator: Simulator;
  readonly #gateway: Gateway;

  constructor(options: StandinOptions, kept: Kept, clock: Clock = systemClock) {
    this.#options = options;
    this.#kept = kept;
    this.#clock = clock;
    this.#simulator = new Simulator(options);
    this.#gateway = new Gateway(options, this.#simulator, () => {});
  }

  reply(incoming: Incoming): Reply {
    const { method, path } = incoming;
    if (path.startsWith(controlPrefix)) return controlReply(incoming, this.#kept);
    this.#kept.requests.add(incoming);
    if (path === '/v1/models') return method === 'GET' ? this.#models() : methodNotAllowed();
    if (path === '/v1/chat/completions')
      return method === 'POST' ? this.#direct(incoming) : methodNotAllowed();
    const gateway = /^\/v1\/[^/]+\/([^/]+)\/(?:(compat)|custom-([^/]+))\/(.+)$/.exec(path);
    if (!gateway) return plainReply(404, 'text/plain; charset=utf-8', '404 page not found');
    const [, id, compat, slug, rest] = gateway;
    if (compat && rest !== 'chat/completions')
      return failureReply(cloudflareError(404, 7003, 'No such route'));
    if (method !== 'POST') return methodNotAllowed();
    const call = { incoming, gateway: id!, rest: rest!, ...(slug !== undefined && { slug }) };
    return this.#gateway.reply(call, this.#clock.wall());
  }

  #direct(incoming: Incoming): Reply {
    const key = bearer(incoming.headers.authorization);
    const { providerKeys, speed } = this.#options;
    if (providerKeys && !providerKeys.includes(key ?? ''))
      return failureReply(nativeError(401, 'unauthorized'));
    const { reply } = chatCompletion(
      {
        body: incoming.body,
        sim: header(incoming.headers, 'x-sim'),
        route: 'direct',
        eventId: header(incoming.headers, 'cf-aig-event-id') ?? uuid(),
        wall: this.#clock.wall(),
        speed,
      },
      this.#simulator,
    );
    return reply;
  }

  #models(): Reply {
    const data = simModels.map(({ name }) => ({
      id: name,
      object: 'model',
      created: 1_750_000_000,
      owned_by: 'sim',
    }));
    return jsonReply(200, { object: 'list', data });
  }
}

function methodNotAllowed(): Reply {
  return plainReply(405, 'text/plain; charset=utf-8', '405 method not allowed');
}
