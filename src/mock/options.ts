import type { Ms } from '../base/clock.ts';
import type { Knobs } from './knobs.ts';

/** Setup of the mock. Every field is optional. */
export interface MockOptions {
  /** 0: a free port. */
  port: number;
  /** The same seed gives the same answers, at the same speed, to the same requests. */
  seed: string | number;
  /** All delays are divided by this. */
  speed: number;
  /** For every answer: overrides the model's distribution, and is overridden by the request. */
  knobs: Partial<Knobs>;

  /** The gateway's token. Absent: authentication is off, as in an open gateway. */
  gatewayToken: string | undefined;
  /**
   * Whether the token is also accepted as `Authorization: Bearer …` on `/compat`, which the well-known article relies
   * on.
   */
  acceptBearer: boolean;
  /** Gateway ids that exist. Absent: any. */
  gateways: readonly string[] | undefined;
  /** Custom providers by slug, with the end of their base URL after the host: ``, `/v1` or `/api`. */
  providers: readonly { slug: string; enabled?: boolean; basePath?: string }[];
  /** Whether the gateway has a stored provider key, used if no `Authorization` comes. */
  storedKey: boolean;
  byokAliases: readonly string[];
  /** Keys that the provider accepts. Absent: it requires none directly, and refuses any that a gateway forwards. */
  providerKeys: readonly string[] | undefined;
  /** Whether `name:cloud` is treated as `name`. */
  acceptCloudSuffix: boolean;
  /** Simulated models that the provider no longer has. */
  retired: readonly string[];

  /** Whether `/compat` appends to the provider's base path, or replaces it as resolving an absolute path would. */
  compatJoin: 'append' | 'replace';

  /** What the gateway caches. */
  cache: 'all' | 'unstreamed' | 'off';
  /** How often the gateway retries by itself, unless the request has `cf-aig-max-attempts`. */
  gatewayRetries: number;
  gatewayRetryDelayMs: Ms;
  /** Whether that header is obeyed. */
  heedsMaxAttempts: boolean;
  /** Whether the gateway examines every answer first, which turns a stream into one piece of JSON. */
  guardrails: boolean;
  /** How far the clock of the header `Date` is ahead. Negative: behind. */
  clockAheadMs: Ms;
  /** The gateway's rate limit in a fixed window. Absent: none. */
  rateLimit: { requests: number; windowMs: Ms } | undefined;
  /**
   * Requests that the provider answers at the same time. The rest queue, and are refused after `slotWaitMs`. Absent: no
   * limit.
   */
  slots: number | undefined;
  slotWaitMs: Ms;
  /**
   * Stall of the provider: start, counted from the server's start, and length. It begins no request meanwhile. Absent:
   * never.
   */
  stall: { afterMs: Ms; lastsMs: Ms } | undefined;
  /** Change of the provider's slots: time since the server's start, and the new number. Absent: no change. */
  capacityChange: { afterMs: Ms; slots: number } | undefined;
  /** Each other answer in progress slows down a new one by this share. 0: no slowdown. */
  batching: number;
  /** Delay before every answer on a route: `{ "compat": 40 }`. */
  routeDelayMs: Readonly<Record<string, Ms>>;

  /** Whether the account has the gateway's logs API. Accounts created after September 2026 do not. */
  logsApi: boolean;
  /** The token for it, and for the pages about gateways and custom providers. Absent: any. */
  apiToken: string | undefined;
  /** Delay of a row after the end of its request, and the further delay of its token counts. */
  logDelayMs: Ms;
  logTokensDelayMs: Ms;
  /** The logs API's rate limit in a fixed window, after which it sends 429. Absent: none. */
  logsRateLimit: { requests: number; windowMs: Ms } | undefined;

  /** Keep the heads and bodies of the last requests, including any secrets. */
  keepHeaders: boolean;
  /** Number of requests whose truth is kept. */
  truthRecords: number;
  /** Also keep the instants of every frame. */
  frameInstants: boolean;
}

export const defaultOptions: MockOptions = {
  port: 0,
  seed: 1,
  speed: 1,
  knobs: {},
  gatewayToken: undefined,
  acceptBearer: true,
  gateways: undefined,
  providers: [{ slug: 'ollama' }],
  storedKey: true,
  byokAliases: ['default', 'production'],
  providerKeys: undefined,
  acceptCloudSuffix: false,
  retired: [],
  compatJoin: 'append',
  cache: 'all',
  gatewayRetries: 0,
  gatewayRetryDelayMs: 100,
  heedsMaxAttempts: true,
  guardrails: false,
  clockAheadMs: 0,
  rateLimit: undefined,
  slots: undefined,
  slotWaitMs: 1000,
  stall: undefined,
  capacityChange: undefined,
  batching: 0,
  routeDelayMs: {},
  logsApi: true,
  apiToken: undefined,
  logDelayMs: 200,
  logTokensDelayMs: 300,
  logsRateLimit: undefined,
  keepHeaders: false,
  truthRecords: 50_000,
  frameInstants: true,
};
