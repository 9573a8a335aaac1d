import type { MockOptions } from './options.ts';

/** A wrong setup of an account, or a bad day of a service. */
export interface SetUp {
  name: string;
  summary: string;
  options: Partial<MockOptions>;
  /** Name to ask for, if only that one shows it. */
  model?: string;
}

const failing = (name: string): Partial<MockOptions> => ({ knobs: { fail: name } });

/**
 * Every named setup. `gatebench serve --mode NAME` plays it, `GET /__mock/set-ups` lists them. To add one: add its
 * object.
 */
export const setUps: readonly SetUp[] = [
  // Credentials.
  {
    name: 'token-refused',
    summary: 'the gateway wants another token: 401/2009',
    options: { gatewayToken: 'another token' },
  },
  {
    name: 'token-unknown',
    summary: 'Cloudflare does not know the token: 401/10000',
    options: failing('api-auth'),
  },
  {
    name: 'bearer-refused',
    summary: '/compat refuses the token as Authorization',
    options: { acceptBearer: false },
  },
  {
    name: 'open-gateway',
    summary: 'authentication is off; Authorization is passed on',
    options: { acceptBearer: false, gatewayToken: undefined },
  },
  { name: 'no-stored-key', summary: 'no provider key is stored', options: { storedKey: false } },
  {
    name: 'key-refused',
    summary: 'the provider refuses the key',
    options: { providerKeys: ['another key'] },
  },

  // Gateway and provider.
  {
    name: 'gateway-missing',
    summary: 'the gateway does not exist: 400/2001',
    options: { gateways: ['another'] },
  },
  {
    name: 'model-format',
    summary: 'the gateway cannot read the model: 400/2019',
    options: failing('bad-model-format'),
  },
  { name: 'provider-missing', summary: 'there is no custom provider', options: { providers: [] } },
  {
    name: 'provider-disabled',
    summary: 'the custom provider is disabled, as new ones are',
    options: { providers: [{ slug: 'ollama', enabled: false }] },
  },
  {
    name: 'slug-doubled',
    summary: 'the slug contains the prefix: custom-custom-ollama',
    options: { providers: [{ slug: 'custom-ollama' }] },
  },
  {
    name: 'base-url-api',
    summary: 'the base URL ends in /api',
    options: { providers: [{ slug: 'ollama', basePath: '/api' }] },
  },
  {
    name: 'base-url-api-replaced',
    summary: 'the same, and /compat replaces /api with its own path',
    options: { providers: [{ slug: 'ollama', basePath: '/api' }], compatJoin: 'replace' },
  },
  {
    name: 'base-url-v1',
    summary: 'the base URL ends in /v1, and so does the path',
    options: { providers: [{ slug: 'ollama', basePath: '/v1' }] },
  },

  // Models.
  {
    name: 'model-retired',
    summary: 'the provider no longer has sim-swift',
    options: { retired: ['sim-swift'] },
  },
  {
    name: 'cloud-suffix',
    summary: 'name:cloud means the same as name',
    options: { acceptCloudSuffix: true },
    model: 'sim-swift:cloud',
  },
  { name: 'other-model', summary: 'another model answers', options: failing('other-model') },
  {
    name: 'reasoning',
    summary: 'reasoning uses up max_tokens',
    options: failing('empty-length'),
  },

  // Problems that spoil a measurement.
  { name: 'buffered', summary: 'streams arrive in one piece', options: failing('buffered') },
  { name: 'guardrails', summary: 'guardrails turn streams into JSON', options: { guardrails: true } },
  {
    name: 'guardrails-block',
    summary: 'guardrails block the prompt: 424/2016',
    options: failing('guardrails-prompt'),
  },
  {
    name: 'dlp-block',
    summary: 'data loss prevention blocks the prompt: 2029',
    options: failing('dlp-prompt'),
  },
  { name: 'usage-missing', summary: 'answers carry no token counts', options: failing('usage-missing') },
  {
    name: 'cached',
    summary: 'the cache answers although it should be skipped',
    options: { knobs: { extraHeaders: { 'cf-aig-cache-status': 'HIT' } } },
  },
  {
    name: 'fallback',
    summary: 'the second step of a fallback answers',
    options: { knobs: { extraHeaders: { 'cf-aig-step': '1' } } },
  },
  {
    name: 'retries',
    summary: 'the gateway retries although it was told not to',
    options: { gatewayRetries: 2, heedsMaxAttempts: false, knobs: { fail: 'overloaded', times: 1 } },
  },
  { name: 'clock', summary: 'the clocks are an hour apart', options: { clockAheadMs: 3_600_000 } },

  // Limits.
  {
    name: 'rate-limit',
    summary: 'the gateway allows one request a minute: 429/2003',
    options: { rateLimit: { requests: 1, windowMs: 60_000 } },
  },
  {
    name: 'provider-limit',
    summary: 'the provider limits the rate: 429',
    options: failing('provider-429'),
  },
  {
    name: 'session-limit',
    summary: "the plan's session limit is reached",
    options: failing('session-limit'),
  },
  { name: 'weekly-limit', summary: "the plan's weekly limit is reached", options: failing('weekly-limit') },
  { name: 'slots', summary: 'the plan has no free slot', options: failing('slots') },
  { name: 'plan', summary: 'the plan does not include the model: 402', options: failing('plan') },
  { name: 'no-credit', summary: 'no credit for unified billing: 402/2021', options: failing('no-credit') },
  { name: 'overloaded', summary: 'the provider is overloaded: 503', options: failing('overloaded') },
  {
    name: 'upstream-failed',
    summary: 'the provider never answers the gateway: 400/2005',
    options: failing('upstream-failed'),
  },
  { name: 'edge', summary: 'the edge times out: 524', options: failing('edge-html-524') },

  // Cloudflare's API.
  { name: 'no-logs-api', summary: 'the account has no logs API', options: { logsApi: false } },
  { name: 'api-token', summary: 'the API wants another token', options: { apiToken: 'another token' } },
];

/**
 * Behavior of a server that is not a fault and yet determines its figures. `gatebench serve --mode NAME` plays it, for
 * a run by the route `local` or another. To add one: add its object.
 */
export const influences: readonly SetUp[] = [
  {
    name: 'prompt-cache',
    summary: 'the server caches prompts and does not say so',
    options: { knobs: { promptTokenMs: 3, promptCache: true } },
  },
  {
    name: 'prompt-cache-told',
    summary: 'the same, and usage reports the cached tokens',
    options: { knobs: { promptTokenMs: 3, promptCache: true, usage: 'cached' } },
  },
  {
    name: 'small-context',
    summary: 'prompts of more than 256 tokens are cut silently',
    options: { knobs: { contextTokens: 256 } },
  },
  {
    name: 'cold-loads',
    summary: 'the first request waits three seconds for the model to load',
    options: { knobs: { loadMs: 3000 } },
  },
  {
    name: 'one-at-a-time',
    summary: 'one request is answered, the others queue',
    options: { slots: 1, slotWaitMs: 600_000 },
  },
  {
    name: 'three-places',
    summary: 'three requests are answered at once, the others queue',
    options: { slots: 3, slotWaitMs: 600_000 },
  },
  {
    name: 'batching',
    summary: 'each other request in flight makes an answer slower by a tenth',
    options: { batching: 0.1 },
  },
  {
    name: 'stall',
    summary: 'after one minute nothing is begun for 20 seconds',
    options: { stall: { afterMs: 60_000, lastsMs: 20_000 } },
  },
  {
    name: 'fewer-places',
    summary: 'eight requests are answered at once, and only two after one minute',
    options: { slots: 8, slotWaitMs: 600_000, capacityChange: { afterMs: 60_000, slots: 2 } },
  },
  {
    name: 'rate-window',
    summary: 'the gateway allows 20 requests in any ten seconds: 429/2003',
    options: { rateLimit: { requests: 20, windowMs: 10_000 } },
  },
];

/** Everything that `serve --mode` plays. */
export const modes: readonly SetUp[] = [...setUps, ...influences];
