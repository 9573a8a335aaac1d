import type { AuthMode, GatewaySettings, LocalSettings } from '../suite/suite.ts';
import { UserError } from '../base/user-error.ts';
import type { Environment } from './environment.ts';
import { assertVisible } from './visible.ts';

/** Where a model's requests go, and as whom. */
export interface Endpoint {
  /** Prefix of `/chat/completions`, or of `/chat` where `native` is set. */
  baseUrl: string;
  /** Name of the model on the wire. */
  wireModel: string;
  /** Value of `Authorization` without its scheme. Absent: the header is not sent at all. */
  bearer?: string;
  /** Headers of this route, tokens included. */
  headers: Record<string, string>;
  /** Cloudflare's gateway is in between, so its headers make sense. */
  throughGateway: boolean;
  /** Asked by Ollama's own API, in this way. Absent: by OpenAI's, as most are. */
  native?: LocalSettings;
}

export interface RouteContext {
  environment: Environment;
  settings: GatewaySettings;
  /** `--base-url`, which wins over the route's own. */
  baseUrl?: string;
  /** `--provider-key`: send OLLAMA_API_KEY through the gateway instead of using the stored key. */
  providerKey: boolean;
}

/** A way to a model. Each has a file; the list of them is in `routes/index.ts`. */
export interface Route {
  name: string;
  /** For the help and the README. */
  summary: string;
  /** Throws a UserError that names the missing variables or the wrong model name. */
  endpoint(model: string, context: RouteContext): Endpoint;
}

/** `custom-ollama/kimi-k2.6` → slug `ollama`, name `kimi-k2.6`. */
export function splitModel(model: string): { provider: string; slug: string; name: string } {
  const match = /^custom-([a-z0-9-]+)\/(\S+)$/i.exec(model);
  if (!match)
    throw new UserError(
      `"${model}" is not a model name for this route: write custom-<slug>/<model>, for example custom-ollama/kimi-k2.6`,
    );
  return { provider: `custom-${match[1]!}`, slug: match[1]!, name: match[2]! };
}

/**
 * Headers that name us to the gateway. Documented way (`aig`): the token in `cf-aig-authorization` and no
 * `Authorization`, because any value there keeps the gateway from using its stored provider key.
 */
export function gatewayCredentials(
  token: string,
  auth: AuthMode,
  context: RouteContext,
): Pick<Endpoint, 'headers' | 'bearer'> {
  const { environment, settings, providerKey } = context;
  const alias = environment.CF_AIG_BYOK_ALIAS ?? settings.byokAlias;
  if (alias !== undefined)
    assertVisible(
      environment.CF_AIG_BYOK_ALIAS === undefined ? 'gateway.byok_alias' : 'CF_AIG_BYOK_ALIAS',
      alias,
    );
  const aliasHeader = alias === undefined ? {} : { 'cf-aig-byok-alias': alias };
  if (auth === 'bearer') return { bearer: token, headers: aliasHeader };
  const headers = { 'cf-aig-authorization': `Bearer ${token}`, ...aliasHeader };
  if (!providerKey) return { headers };
  if (environment.OLLAMA_API_KEY === undefined)
    throw new UserError('--provider-key needs OLLAMA_API_KEY, which is not set.');
  assertVisible('OLLAMA_API_KEY', environment.OLLAMA_API_KEY);
  return { headers, bearer: environment.OLLAMA_API_KEY };
}
