import type { Ms } from '../base/clock.ts';
import type { Knobs } from './knobs.ts';

/** How the mock is set up. Everything may be left out. */
export interface MockOptions {
  /** 0 takes a free one. */
  port: number;
  /** The same seed gives the same answers, at the same speed, to the same requests. */
  seed: string | number;
  /** All delays are divided by this. */
  speed: number;
  /** For every answer: over what the model's law says, under what the request asks for. */
  knobs: Partial<Knobs>;

  /** The gateway's token. Absent: authentication is off, as in an open gateway. */
  gatewayToken: string | undefined;
  /** Whether the token is also taken as `Authorization: Bearer …` on `/compat`, which the founding article relies on. */
  acceptBearer: boolean;
  /** Gateway ids that exist. Absent: any. */
  gateways: readonly string[] | undefined;
  /** Custom providers by slug, and what stands in their base URL after the host: ``, `/v1` or `/api`. */
  providers: readonly { slug: string; enabled?: boolean; basePath?: string }[];
  /** Whether the gateway holds a provider key of its own, used when no `Authorization` comes. */
  storedKey: boolean;
  byokAliases: readonly string[];
  /** Keys that the provider knows. Absent: it asks for none directly, and refuses whatever a gateway forwards. */
  providerKeys: readonly string[] | undefined;
  /** Whether `name:cloud` is taken for `name`. */
  acceptCloudSuffix: boolean;
  /** Simulated models that the provider no longer has. */
  retired: readonly string[];

  /** Whether `/compat` appends to the provider's base path, or replaces it as resolving an absolute path would. */
  compatJoin: 'append' | 'replace';

  /** What the gateway keeps answers of. */
  cache: 'all' | 'unstreamed' | 'off';
  /** How often the gateway tries again by itself, unless the request says `cf-aig-max-attempts`. */
  gatewayRetries: number;
  gatewayRetryDelayMs: Ms;
  /** Whether that header is obeyed. */
  heedsMaxAttempts: boolean;
  /** Whether the gateway looks through every answer first, which turns a stream into one piece of JSON. */
  guardrails: boolean;
  /** How far the clock behind the header `Date` is ahead; negative: behind. */
  clockAheadMs: Ms;
  /** What the gateway lets through in a fixed window. Absent: all. */
  rateLimit: { requests: number; windowMs: Ms } | undefined;
  /** What the provider answers at once; the rest queue, and are refused after `slotWaitMs`. Absent: all. */
  slots: number | undefined;
  slotWaitMs: Ms;
  /** From so long after its start, and for so long, the provider begins nothing. Absent: never. */
  stall: { afterMs: Ms; lastsMs: Ms } | undefined;
  /** From so long after its start, the provider has so many slots instead. Absent: it keeps what it has. */
  capacityChange: { afterMs: Ms; slots: number } | undefined;
  /** Each other answer under way makes one that begins slower by this share; 0: none does. */
  batching: number;
  /** Added in front of every answer on a route: `{ "compat": 40 }`. */
  routeDelayMs: Readonly<Record<string, Ms>>;

  /** Whether the account has the gateway's logs API; those made after September 2026 do not. */
  logsApi: boolean;
  /** The token for it, and for the pages on gateways and custom providers. Absent: any. */
  apiToken: string | undefined;
  /** A row appears so long after its request ended, and its token counts so much later still. */
  logDelayMs: Ms;
  logTokensDelayMs: Ms;
  /** What the logs API answers in a fixed window before it says 429. Absent: all. */
  logsRateLimit: { requests: number; windowMs: Ms } | undefined;

  /** Keep the heads and bodies of the last requests, with whatever secrets they hold. */
  keepHeaders: boolean;
  /** Requests whose truth is kept. */
  truthRecords: number;
  /** Keep the instants of every frame, too. */
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
