import { oneLine } from '../../base/text.ts';
import { isObject } from '../../wire/json-words.ts';
import type { Got } from '../../wire/get-json.ts';
import type { Endpoint } from '../../target/route.ts';
import type { BasePath, ProviderFacts } from './doctor-facts.ts';

/** Asks for one page with the route's own credentials. Undefined: the allowance is used up. */
export type Look = (url: string) => Promise<Got | undefined>;

/** Where a provider's list of models is, seen through the gateway, and how its base URL must end for that. */
const places: readonly (readonly [path: string, basePath: BasePath])[] = [
  ['v1/models', ''],
  ['models', '/v1'],
  ['tags', '/api'],
];
/** What the gateway says before it looks at the provider. */
const beforeProvider = ['2001', '2003', '2009', '2021'];
const longestList = 2000;
/** Pages that are asked for, at most. */
const mostPages = 3;

/** Finds out by its list of models how the gateway knows a custom provider. Asks for no more than `mostPages` pages. */
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

/** The gateway's address, `…/v1/{account}/{gateway}`. Undefined for an address that does not look like one. */
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
