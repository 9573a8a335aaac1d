import type { ByteBudget } from './byte-budget.ts';
import type { Way } from './engine.ts';
import { isReady } from './flight.ts';
import { networkFailure } from './network-failure.ts';
import { RawWay } from './raw-way.ts';

export interface WaysOptions {
  connectTimeoutMs: number;
  budget: ByteBudget;
  /** Variables of the environment that name proxies. */
  proxies: Readonly<Record<string, string>>;
  /** Extra certificate authority, for tests against a local server. */
  ca?: string | undefined;
}

/** Variables that may hold a proxy, and those that list its exceptions. */
const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

/** Proxies from the environment. Empty: connections are direct. */
export function proxiesIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const said = names.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return said.some(([name]) => !/^no_proxy$/i.test(name)) ? Object.fromEntries(said) : {};
}

/**
 * Our own sockets for requests that are ready to be written. For everything else undici, which is loaded when needed.
 */
export function openWays({ connectTimeoutMs, budget, proxies, ca }: WaysOptions): Way {
  const raw = new RawWay({ budget, ca });
  let other: Promise<Way> | undefined;
  const undici = (): Promise<Way> =>
    (other ??= (async () => {
      const { createDispatcher } = await import('./connections.ts');
      const { undiciWay } = await import('./undici-way.ts');
      const dispatcher = createDispatcher({ connectTimeoutMs, ...(ca === undefined ? {} : { ca }) }, proxies);
      return undiciWay(dispatcher, budget);
    })());
  const hasProxy = Object.keys(proxies).length > 0;
  return {
    start(flight) {
      if (isReady(flight.ask.request)) raw.start(flight);
      else
        undici().then(
          (way) => way.start(flight),
          (error: unknown) => flight.lose(networkFailure(error)),
        );
    },
    warm: async (origin, connections) => {
      const way = hasProxy ? await undici().catch(() => undefined) : raw;
      await way?.warm(origin, connections);
    },
    async end() {
      await raw.end();
      const way = await other?.catch(() => undefined);
      await way?.end();
    },
  };
}
