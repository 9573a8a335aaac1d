import type { AuthMode, GatewaySettings, LocalSettings } from '../suite/suite.ts';
import { UserError } from '../base/user-error.ts';
import { requireVariables, type Environment, type Variable } from './environment.ts';
import { assertVisible } from './visible.ts';

/** Where a model's requests go, and with which credentials. */
export interface Endpoint {
  /** Prefix of `/chat/completions`, or of `/chat` if `native` is set. */
  baseUrl: string;
  /** Name of the model on the wire. */
  wireModel: string;
  /** Value of `Authorization` without its scheme. Absent: the header is not sent. */
  bearer?: string;
  /** Headers of this route, tokens included. */
  headers: Record<string, string>;
  /** Cloudflare's gateway is on the way, so its headers make sense. */
  throughGateway: boolean;
  /** Settings for Ollama's own API. Absent: OpenAI's API, as for most. */
  native?: LocalSettings;
}

export interface RouteContext {
  environment: Environment;
  settings: GatewaySettings;
  /** `--base-url`, which overrides the route's own. */
  baseUrl?: string;
  /** `--provider-key`: send OLLAMA_API_KEY through the gateway instead of using the stored key. */
  providerKey: boolean;
}

/** `gateway`: through Cloudflare AI Gateway. `bare`: without it. `simulated`: to the built-in mock. */
export type RouteKind = 'gateway' | 'bare' | 'simulated';

/**
 * How a request gets to a model. Each route has a file; `routes.ts` lists them. Everything that depends on the route is
 * defined here: other code does not ask for a route by its name.
 */
export interface Route {
  /** Lower-case letters only: it precedes the `=` of `--base-url`, and follows the `@` of a cell's name. */
  name: string;
  /** For the help and the README. */
  summary: string;
  kind: RouteKind;
  /** Required variables. `environment.ts` says which of them are secret. */
  needs: readonly Variable[];
  /** Required variables that make up its address, not needed with `--base-url`. Absent: none. */
  addressNeeds?: readonly Variable[];
  /** Reason to prefer it if several routes work, as a clause. The lowest rank is recommended. */
  choice: { rank: number; why: string };
  /** One endpoint for all providers: the model's name includes the provider, and the token may be sent as bearer. */
  isUnified?: true;
  /** Its models run on this machine: their use is not metered, and it may have models that the suite does not name. */
  isOnThisMachine?: true;
  /** It may fail without being a fault, unless somebody asked for it. */
  isOptional?: true;
  /** How to ask its server through Ollama's own API. Absent, or undefined: OpenAI's API. */
  nativeApi?(settings: GatewaySettings): LocalSettings | undefined;
  /** Throws a UserError that names the missing variables or the wrong model name. */
  endpoint(model: string, context: RouteContext): Endpoint;
}

/** The values that a route needs in this context. Throws `MissingVariables`. */
export function neededBy(
  { name, needs, addressNeeds = [] }: Route,
  { environment, baseUrl }: RouteContext,
): Environment {
  return requireVariables(
    environment,
    [...needs, ...(baseUrl === undefined ? addressNeeds : [])],
    `The route "${name}"`,
  );
}

/** A route through the gateway. `place`: the path after the gateway's address, and the model's name on the wire. */
export function gatewayRoute(
  about: Pick<Route, 'name' | 'summary' | 'choice' | 'isUnified'>,
  place: (model: string) => { path: string; wireModel: string },
): Route {
  const route: Route = {
    ...about,
    kind: 'gateway',
    needs: ['CF_AIG_TOKEN'],
    addressNeeds: ['CF_ACCOUNT_ID', 'CF_GATEWAY_ID'],
    endpoint(model, context) {
      const { path, wireModel } = place(model);
      const {
        CF_AIG_TOKEN: token = '',
        CF_ACCOUNT_ID: account,
        CF_GATEWAY_ID: gateway,
      } = neededBy(route, context);
      return {
        baseUrl: context.baseUrl ?? `https://gateway.ai.cloudflare.com/v1/${account}/${gateway}/${path}`,
        wireModel,
        throughGateway: true,
        ...gatewayCredentials(token, context.settings.auth, context),
      };
    },
  };
  return route;
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
 * Headers that identify us to the gateway. The documented way (`aig`) puts the token in `cf-aig-authorization` and
 * sends no `Authorization`, because any value there keeps the gateway from using its stored provider key.
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
