import { gatewayError } from './failure-modes.ts';
import type { FailedResponse } from './failure-modes.ts';
import { bearer, header } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import { metadataOf } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { storedKey } from './ollama.ts';
import type { MockOptions } from './options.ts';

/** A request on one of the gateway's routes. */
export interface GatewayCall {
  incoming: Incoming;
  account: string;
  gateway: string;
  /** Absent on `compat`, where the model names the provider. */
  slug?: string;
  /** What follows the provider in the path. */
  rest: string;
}

/** Where the gateway sends a request that may pass. */
export interface Upstream {
  path: string;
  provider: string;
  /** The bare model, taken from `custom-<slug>/<model>`. Absent on the provider route, which leaves bodies alone. */
  model?: string;
  /** What the provider gets as its key. Absent when nothing is sent. */
  key: string | undefined;
  metadata: Metadata;
}

/** Checks a call as the gateway does: gateway, token, metadata, provider; or says no. */
export function upstreamOf(call: GatewayCall, options: MockOptions): Upstream | FailedResponse {
  const { incoming, gateway, slug, rest } = call;
  if (options.gateways && !options.gateways.includes(gateway))
    return gatewayError(400, 2001, 'Please configure AI Gateway in the Cloudflare dashboard');

  const authorization = authorize(call, options);
  if (!authorization.ok) return gatewayError(401, 2009, 'Unauthorized', true);
  const metadata = metadataOf(header(incoming.headers, 'cf-aig-metadata'));
  if (!metadata) return gatewayError(400, 2019, 'cf-aig-metadata is not flat JSON');

  const named: { slug: string; model?: string } | undefined =
    slug === undefined ? namedInBody(incoming.body) : { slug };
  const provider = named && options.providers.find((each) => each.slug === named.slug);
  if (!named || !provider || provider.enabled === false)
    return gatewayError(400, 2019, 'Chat completion bad format');

  const basePath = slug === undefined && options.compatJoin === 'replace' ? '' : (provider.basePath ?? '');
  return {
    path: `${basePath}/${slug === undefined ? 'v1/chat/completions' : rest}`,
    provider: `custom-${named.slug}`,
    ...(named.model !== undefined && { model: named.model }),
    key: authorization.forwarded ?? storedKeyFor(incoming, options),
    metadata,
  };
}

/**
 * The gateway's token belongs in `cf-aig-authorization`. An `Authorization` is the provider's and is passed on,
 * except that `/compat` may take it for the gateway's own when it is all there is.
 */
function authorize(
  { incoming, slug }: GatewayCall,
  options: MockOptions,
): { ok: boolean; forwarded?: string } {
  const { gatewayToken, acceptBearer } = options;
  const authorization = bearer(incoming.headers.authorization);
  const own = bearer(header(incoming.headers, 'cf-aig-authorization'));
  const mayBeOurs = acceptBearer && slug === undefined && own === undefined && authorization !== undefined;
  if (mayBeOurs && (gatewayToken === undefined || authorization === gatewayToken)) return { ok: true };
  const ok = gatewayToken === undefined || own === gatewayToken;
  return { ok, ...(authorization !== undefined && { forwarded: authorization }) };
}

function storedKeyFor(
  { headers }: Incoming,
  { storedKey: isStored, byokAliases }: MockOptions,
): string | undefined {
  const alias = header(headers, 'cf-aig-byok-alias') ?? 'default';
  return isStored && byokAliases.includes(alias) ? storedKey : undefined;
}

/** `custom-<slug>/<model>`, as `compat` wants it. */
function namedInBody(body: string): { slug: string; model: string } | undefined {
  try {
    const { model } = JSON.parse(body) as { model?: unknown };
    const match = /^custom-([a-z0-9-]+)\/(.+)$/i.exec(typeof model === 'string' ? model : '');
    return match ? { slug: match[1]!, model: match[2]! } : undefined;
  } catch {
    return undefined;
  }
}
