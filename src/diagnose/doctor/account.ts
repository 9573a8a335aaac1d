import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { oneLine } from '../../base/text.ts';
import type { Endpoint } from '../../target/route.ts';
import type { Got } from '../../wire/get-json.ts';
import { isObject } from '../../wire/json-words.ts';
import { logWaits } from './allowance.ts';
import type {
  AccountFacts,
  BasePath,
  GatewaySettingsFacts,
  LogFacts,
  LogRowFacts,
  Probe,
  ProviderFacts,
} from './doctor-facts.ts';

/** Gets one page with the route's own credentials. Undefined: the allowance is used up. */
export type Look = (url: string) => Promise<Got | undefined>;

/** Places of a provider's list of models, seen through the gateway, and the end of its base URL for each. */
const places: readonly (readonly [path: string, basePath: BasePath])[] = [
  ['v1/models', ''],
  ['models', '/v1'],
  ['tags', '/api'],
];
/** Refusals by the gateway before it looks at the provider. */
const beforeProvider = ['2001', '2003', '2009', '2021'];
const longestList = 2000;
/** Maximum number of pages. */
const mostPages = 3;

/** Uses its list of models to find out how the gateway knows a custom provider. Gets no more than `mostPages` pages. */
export async function findProvider(slug: string, endpoint: Endpoint, look: Look): Promise<ProviderFacts> {
  const root = gatewayRoot(endpoint);
  if (root === undefined) {
    const got = await look(`${endpoint.baseUrl}/${endpoint.native ? 'tags' : 'models'}`);
    return { slug, ...listOf(got) };
  }
  let found: ProviderFacts = { slug };
  let asked = 0;
  for (const [path, basePath] of places) {
    const list = listOf(await look(`${root}/custom-${slug}/${path}`));
    asked++;
    if (list.names) return { slug, basePath, ...list };
    found = { slug, ...list };
    if (list.failure?.family === 'provider' && list.failure.code === 'http_404') continue;
    break;
  }
  const { failure } = found;
  if (failure?.family !== 'gateway' || beforeProvider.includes(failure.code)) return found;
  const others = [`custom-${slug}`, ...(slug.startsWith('custom-') ? [slug.slice('custom-'.length)] : [])];
  for (const other of others.slice(0, mostPages - asked)) {
    const got = await look(`${root}/custom-${other}/v1/models`);
    if (got && got.failure?.family !== 'gateway')
      return { ...found, ...listOf(got), failure, knownAs: other };
  }
  return found;
}

/** The gateway's address, `…/v1/{account}/{gateway}`. Undefined for any other form of address. */
export function gatewayRoot({
  baseUrl,
  throughGateway,
}: Pick<Endpoint, 'baseUrl' | 'throughGateway'>): string | undefined {
  return throughGateway ? /^(.*)\/(?:compat|custom-[^/]+(?:\/v1)?)$/.exec(baseUrl)?.[1] : undefined;
}

function listOf(got: Got | undefined): Pick<ProviderFacts, 'names' | 'failure'> {
  if (!got) return {};
  if (got.failure) return { failure: got.failure };
  const json = isObject(got.json) ? got.json : {};
  const entries: unknown = json['data'] ?? json['models'];
  if (!Array.isArray(entries)) return {};
  const names = entries
    .slice(0, longestList)
    .flatMap((entry: unknown) => (isObject(entry) ? [entry['id'] ?? entry['name']] : []))
    .filter((name) => typeof name === 'string')
    .map((name) => oneLine(name, 100));
  return { names };
}

/** What Cloudflare's API says about the gateway and the account's custom providers. */
export async function readAccount(accountUrl: string, gateway: string, look: Look): Promise<AccountFacts> {
  const settings = await look(`${accountUrl}/ai-gateway/gateways/${encodeURIComponent(gateway)}`);
  const providers = await look(`${accountUrl}/ai-gateway/custom-providers?per_page=100`);
  const failure = settings?.failure ?? providers?.failure;
  return {
    asked: true,
    hasToken: true,
    ...defined({ settings: settingsOf(settings), providers: providersOf(providers), failure }),
  };
}

/** Waits for the log's rows of one request, and for their tokens. */
export async function readLog(
  accountUrl: string,
  gateway: string,
  probe: Probe,
  look: Look,
  clock: Clock,
): Promise<LogFacts> {
  const filters = [{ key: 'event_id', operator: 'eq', value: [probe.exchange.eventId] }];
  const url =
    `${accountUrl}/ai-gateway/gateways/${encodeURIComponent(gateway)}/logs` +
    `?per_page=20&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  let rows: LogRowFacts[] = [];
  let waitedMs = 0;
  for (let looks = 0; ; looks++) {
    const got = await look(url);
    if (!got) return { probe, rows, waitedMs };
    if (got.failure) return { probe, rows, waitedMs, failure: got.failure };
    rows = resultOf(got, []).map(rowOf);
    // Tokens follow the row. They never come for an answer that reported none.
    const mayFollow = probe.exchange.usage.completionTokens !== undefined;
    const isWhole = rows.some(({ tokensOut }) => tokensOut !== undefined);
    const wait = logWaits[looks];
    if (isWhole || (rows.length > 0 && !mayFollow) || wait === undefined) return { probe, rows, waitedMs };
    await clock.sleep(wait);
    waitedMs += wait;
  }
}

function resultOf<T>(got: Got | undefined, otherwise: T): T | Record<string, unknown>[] {
  const result = isObject(got?.json) ? got.json['result'] : undefined;
  return Array.isArray(result) ? result.filter(isObject) : otherwise;
}

function rowOf(row: Record<string, unknown>): LogRowFacts {
  return defined({
    durationMs: numberOf(row['duration']),
    tokensIn: numberOf(row['tokens_in']),
    tokensOut: numberOf(row['tokens_out']),
  });
}

function settingsOf(got: Got | undefined): GatewaySettingsFacts | undefined {
  const result = isObject(got?.json) ? got.json['result'] : undefined;
  if (!isObject(result)) return undefined;
  const authentication = result['authentication'];
  const guardrails = result['guardrails'];
  return defined({
    authentication: typeof authentication === 'boolean' ? authentication : undefined,
    cacheTtl: numberOf(result['cache_ttl']) ?? 0,
    retryAttempts: numberOf(result['retry_max_attempts']) ?? 0,
    rateLimit: numberOf(result['rate_limiting_limit']) ?? 0,
    rateIntervalSeconds: numberOf(result['rate_limiting_interval']),
    guardrails:
      isObject(guardrails) &&
      Object.values(guardrails).some((each) => isObject(each) && Object.keys(each).length > 0),
  });
}

function providersOf(got: Got | undefined): AccountFacts['providers'] {
  return resultOf(got, undefined)?.flatMap(({ slug, base_url: baseUrl, enable }) =>
    typeof slug === 'string'
      ? [
          {
            slug: oneLine(slug, 100),
            baseUrl: oneLine(typeof baseUrl === 'string' ? baseUrl : '', 200),
            enabled: enable === true,
          },
        ]
      : [],
  );
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
