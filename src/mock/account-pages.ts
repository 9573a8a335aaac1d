import { cloudflareError } from './failure-modes.ts';
import { bearer } from './incoming.ts';
import type { Incoming } from './incoming.ts';
import type { MockOptions } from './options.ts';
import { failureReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';

const pathPattern =
  /^\/client\/v4\/accounts\/[^/]+\/ai-gateway\/(?:gateways\/([^/]+)|(custom-providers))\/?$/;

/** Cloudflare's API for one gateway's settings and the account's custom providers. Undefined for other pages. */
export function accountPage({ method, path, headers }: Incoming, options: MockOptions): Reply | undefined {
  const match = pathPattern.exec(path);
  if (method !== 'GET' || !match) return undefined;
  if (options.apiToken !== undefined && bearer(headers.authorization) !== options.apiToken)
    return failureReply(cloudflareError(401, 10000, 'Authentication error'));
  const [, gateway] = match;
  if (gateway === undefined) return result(providers(options));
  if (options.gateways && !options.gateways.includes(gateway))
    return failureReply(cloudflareError(404, 7002, 'Gateway not found'));
  return result(settings(gateway, options));
}

const result = (value: unknown): Reply =>
  jsonReply(200, {
    success: true,
    errors: [],
    messages: [],
    result: value,
    ...(Array.isArray(value) && {
      result_info: { page: 1, per_page: 100, count: value.length, total_count: value.length },
    }),
  });

function settings(id: string, options: MockOptions): object {
  const { cache, rateLimit, gatewayRetries, gatewayRetryDelayMs, guardrails } = options;
  return {
    id,
    authentication: options.gatewayToken !== undefined,
    cache_ttl: cache === 'off' ? 0 : 300,
    collect_logs: true,
    rate_limiting_interval: rateLimit ? rateLimit.windowMs / 1000 : 0,
    rate_limiting_limit: rateLimit?.requests ?? 0,
    rate_limiting_technique: 'fixed',
    retry_max_attempts: gatewayRetries === 0 ? null : gatewayRetries,
    retry_delay: gatewayRetries === 0 ? null : gatewayRetryDelayMs,
    guardrails: guardrails ? { prompt: { S1: 'FLAG' }, response: { S1: 'FLAG' } } : null,
  };
}

const providers = (options: MockOptions): object[] =>
  options.providers.map(({ slug, enabled = true, basePath = '' }, position) => ({
    id: `provider-${position + 1}`,
    name: slug,
    slug,
    base_url: `https://ollama.com${basePath}`,
    enable: enabled,
    position,
  }));
