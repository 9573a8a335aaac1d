import type { Ms } from '../../base/clock.ts';
import type { Variable } from '../../target/environment.ts';
import type { Exchange, Failure } from '../../measure/exchange.ts';
import type { Limits } from './allowance.ts';

/** All that an examination has seen. Findings are drawn from it alone. */
export interface Facts {
  routes: readonly RouteFacts[];
  /** Routes that were not tried, because their variables are not set. */
  untried: readonly UntriedRoute[];
  account: AccountFacts;
  limits: Limits;
  spent: Limits;
  /** Tokens that servers used beyond what they were allowed. */
  overrun: number;
  suite: SuiteFacts;
  /** Somebody ended it before all had been asked. */
  stopped: boolean;
}

export interface SuiteFacts {
  /** Absent when no suite was given. */
  name?: string;
  /** The route that it names. */
  route?: string;
  /** The smallest `max_tokens` of its requests. Absent when one of them has none. */
  answerLimit?: number;
}

export interface UntriedRoute {
  route: string;
  missing: readonly Variable[];
  /** It was asked for by name, so that it must work. */
  wanted: boolean;
}

/**
 * How a route says who we are: the gateway's token in its own header, or as `Authorization`; the provider's key,
 * directly; or nothing.
 */
export type Auth = 'aig' | 'bearer' | 'key' | 'none';

export interface RouteFacts {
  route: string;
  /** Without secrets. */
  url: string;
  throughGateway: boolean;
  /** It is Cloudflare that answers: by its address, by the headers of its gateway, or by its way to refuse. */
  cloudflare: boolean;
  auth: Auth;
  /** The provider's key went along through the gateway, in the place of the stored one. */
  sendsProviderKey: boolean;
  /** It was asked for by name, so that it must work. */
  wanted: boolean;
  /** One for each provider that the models name. */
  providers: readonly ProviderFacts[];
  /** What `/compat` does with a request that names no model. Absent on other routes. */
  doors?: Doors;
  probes: readonly Probe[];
  /** One more answer, with the token as `Authorization`. Absent unless it was asked for. */
  bearer?: Probe;
  unasked: readonly Unasked[];
  /** How far the server's clock is ahead of ours, beyond what the way there explains. Absent when unknown. */
  clockAheadMs?: Ms;
}

/** What stands in a custom provider's base URL after the host. */
export type BasePath = '' | '/v1' | '/api';

export interface ProviderFacts {
  slug: string;
  /** Models that it lists. Absent when no list was found. */
  names?: readonly string[];
  /** Where its list was found, which tells how its base URL ends. Absent when it was not, and without a gateway. */
  basePath?: BasePath;
  /** Another slug under which the gateway knows it. */
  knownAs?: string;
  /** Why its list could not be had. */
  failure?: Failure;
}

/** Whether a request without a model gets past the check of credentials. */
export type Door = 'open' | 'closed' | 'unclear';

export interface Doors {
  withoutToken: Door;
  /** With the token in the header that the route does not use: `Authorization` for `aig`, and the other way round. */
  otherWay: Door;
}

/** One question to a model and what came of it. */
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

/** A model that was not asked. */
export interface Unasked {
  model: string;
  why: string;
}

/** What Cloudflare's API says. Everything is absent without CLOUDFLARE_API_TOKEN. */
export interface AccountFacts {
  asked: boolean;
  hasToken: boolean;
  settings?: GatewaySettingsFacts;
  /** Custom providers of the account. */
  providers?: readonly { slug: string; baseUrl: string; enabled: boolean }[];
  /** What the log holds of one request. */
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
  /** One for each try of the gateway, the last one first. Empty: nothing within the time that we waited. */
  rows: readonly LogRowFacts[];
  waitedMs: Ms;
  failure?: Failure;
}

export interface LogRowFacts {
  durationMs?: Ms;
  tokensIn?: number;
  tokensOut?: number;
}
