import { z } from 'zod';
import { text, wholeFrom } from './text-schema.ts';

/** Headers that carry secrets, and what to use instead. Names in lower case. */
const secretHeaders: Readonly<Record<string, string>> = {
  'cf-aig-authorization': 'CF_AIG_TOKEN',
  authorization: 'CF_AIG_TOKEN or OLLAMA_API_KEY',
  'proxy-authorization': 'HTTPS_PROXY',
  'x-api-key': 'OLLAMA_API_KEY',
  'api-key': 'OLLAMA_API_KEY',
  cookie: 'CF_AIG_TOKEN',
};

/** Headers that this program or the connection sets itself. */
const ownHeaders = new Set([
  'accept',
  'accept-encoding',
  'cf-aig-byok-alias',
  'cf-aig-collect-log-payload',
  'cf-aig-event-id',
  'cf-aig-max-attempts',
  'cf-aig-metadata',
  'cf-aig-skip-cache',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function secretIn(name: string): string | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(secretHeaders, lower) ? secretHeaders[lower] : undefined;
}

/** RFC 9110, 5.6.2: a token. */
/** A header that a suite may add. Not allowed: headers that name the host, or carry a secret. */
export const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, "can't be the name of a header")
  .refine((name) => secretIn(name) === undefined, {
    error: ({ input }) =>
      `carries a secret, which does not belong in a suite: set ${secretIn(String(input))!} in the environment or .env`,
    params: { secret: true },
  })
  .refine((name) => !ownHeaders.has(name.toLowerCase()), 'is set by gatebench itself');

export const headerValue = z
  .string()
  .max(8000)
  .regex(
    /^(?:[!-~](?:[ -~]*[!-~])?)?$/,
    'a header value takes visible ASCII characters, with spaces inside, and no line breaks',
  );

/** In Ollama's format: a number is seconds, a text needs units. */
const keepAlive = z.union([
  wholeFrom(-1, 1_000_000_000),
  z
    .string()
    .regex(/^-?(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/, 'write a time such as 10m or 1h30m, or seconds as a number'),
]);

const local = z
  .strictObject({
    api: z
      .enum(['openai', 'native'])
      .default('openai')
      .describe(
        "openai: /v1/chat/completions, as on every route. native: Ollama's own /api/chat, which reports load, prompt and answer times",
      ),
    keep_alive: keepAlive
      .describe('native only: how long a model stays in memory after a request, such as 10m; -1 forever')
      .optional(),
    num_ctx: wholeFrom(1, 1_000_000_000).describe('native only: tokens of context').optional(),
  })
  .describe('how the local route talks to Ollama');

export const gateway = z
  .strictObject({
    route: text.describe('compat, provider, direct, local or demo; --route wins').optional(),
    auth: z
      .enum(['aig', 'bearer'])
      .default('aig')
      .describe('aig: token in cf-aig-authorization, no Authorization. bearer: token as Authorization'),
    byok_alias: headerValue.min(1).describe('alias of the stored provider key').optional(),
    headers: z.record(headerName, headerValue).default({}).describe('added to every request'),
    log_payload: z
      .boolean()
      .default(true)
      .describe("false: prompts and answers stay out of the gateway's log"),
    otel: z
      .boolean()
      .describe(
        "true: each run is one trace in the gateway's OpenTelemetry spans, which hold prompts and answers; sends two more headers",
      )
      .optional(),
    local: local.optional(),
  })
  .describe('optional; flags and the environment win');

export type GatewaySpec = z.output<typeof gateway>;
