import type { Ms } from '../../base/clock.ts';
import type { Variable } from '../../target/environment.ts';
import type { Exchange, Failure } from '../../measure/exchange.ts';
import type { Limits } from './allowance.ts';

/** Everything that an examination has seen. The findings are based only on it. */
export interface Facts {
  routes: readonly RouteFacts[];
  /** Routes that were not tested, because their variables are not set. */
  untried: readonly UntriedRoute[];
  account: AccountFacts;
  limits: Limits;
  spent: Limits;
  /** Tokens that servers used beyond what they were allowed. */
  overrun: number;
  suite: SuiteFacts;
  /** It was interrupted before everything had been asked. */
  stopped: boolean;
}

export interface SuiteFacts {
  /** Absent if no suite was given. */
  name?: string;
  /** The route in the suite. */
  route?: string;
  /** The smallest `max_tokens` of its requests. Absent if one of them has none. */
  answerLimit?: number;
}

export interface UntriedRoute {
  route: string;
  missing: readonly Variable[];
  /** It was requested by name, so it must work. */
  wanted: boolean;
}

/**
 * How a route authenticates: the gateway's token in its own header, or as `Authorization`; the provider's key directly;
 * or nothing.
 */
export type Auth = 'aig' | 'bearer' | 'key' | 'none';

export interface RouteFacts {
  route: string;
  /** Without secrets. */
  url: string;
  throughGateway: boolean;
  /** Whether Cloudflare answers: by its address, by the headers of its gateway, or by its form of refusal. */
  cloudflare: boolean;
  auth: Auth;
  /** The provider's key was sent through the gateway, instead of the stored one. */
  sendsProviderKey: boolean;
  /** It was requested by name, so it must work. */
  wanted: boolean;
  /** One per provider in the models' names. */
  providers: readonly ProviderFacts[];
  /** How `/compat` treats a request without a model. Absent on other routes. */
  doors?: Doors;
  probes: readonly Probe[];
  /** One more answer, with the token as `Authorization`. Absent unless requested. */
  bearer?: Probe;
  unasked: readonly Unasked[];
  /** How far the server's clock is ahead of ours, beyond the travel time. Absent if unknown. */
  clockAheadMs?: Ms;
}

/** End of a custom provider's base URL, after the host. */
export type BasePath = '' | '/v1' | '/api';

export interface ProviderFacts {
  slug: string;
  /** Models in its list. Absent if no list was found. */
  names?: readonly string[];
  /**
   * Where its list was found, which shows the end of its base URL. Absent if it was not found, and without a gateway.
   */
  basePath?: BasePath;
  /** Another slug under which the gateway knows it. */
  knownAs?: string;
  /** Why its list was not available. */
  failure?: Failure;
}

/** Whether a request without a model passes the check of credentials. */
export type Door = 'open' | 'closed' | 'unclear';

export interface Doors {
  withoutToken: Door;
  /** With the token in the header that the route does not use: `Authorization` for `aig`, and vice versa. */
  otherWay: Door;
}

/** One question to a model and its outcome. */
export interface Probe {
  route: string;
  /** Id in the suite. */
  model: string;
  /** Name in the suite, `custom-ollama/kimi-k2.6`. */
  name: string;
  slug: string;
  wireModel: string;
  streamed: boolean;
  exchange: Exchange;
  /** Why its latencies would mean nothing, as a run would record it. */
  reasons: readonly string[];
}

export interface Unasked {
  model: string;
  why: string;
}

/** Results of Cloudflare's API. Everything is absent without CLOUDFLARE_API_TOKEN. */
export interface AccountFacts {
  asked: boolean;
  hasToken: boolean;
  settings?: GatewaySettingsFacts;
  /** Custom providers of the account. */
  providers?: readonly { slug: string; baseUrl: string; enabled: boolean }[];
  /** The log's rows for one request. */
  log?: LogFacts;
  /** Why something above is absent. */
  failure?: Failure;
}

export interface GatewaySettingsFacts {
  authentication?: boolean;
  /** Seconds; 0 for none. */
  cacheTtl?: number;
  retryAttempts?: number;
  rateLimit?: number;
  rateIntervalSeconds?: number;
  guardrails?: boolean;
}

/** The gateway's log of one streamed request. */
export interface LogFacts {
  probe: Probe;
  /** One per try of the gateway, the last one first. Empty: none appeared within our waiting time. */
  rows: readonly LogRowFacts[];
  waitedMs: Ms;
  failure?: Failure;
}

export interface LogRowFacts {
  durationMs?: Ms;
  tokensIn?: number;
  tokensOut?: number;
}
