import { defined } from '../base/defined.ts';
import { redactor, type Redact } from '../base/redact.ts';
import { UserError } from '../base/user-error.ts';
import { cellKey, cellsOf, type Cell, type CellNames } from '../plan/cell.ts';
import { vantageNamed } from '../plan/vantage.ts';
import { nearest } from '../suite/nearest.ts';
import type { Suite } from '../suite/suite.ts';
import { secretsOf, type Environment } from './environment.ts';
import type { Endpoint, Route } from './route.ts';
import { defaultRoute, findRoute, isSimulatedRoute, routes } from './routes.ts';
import { assertSafeUrl } from './safe-url.ts';

/** A cell, with the route and model to send to. */
export interface Target extends Cell {
  endpoint: Endpoint;
}

/** Where the requests of a run go. */
export interface Targets {
  /** Every model on every route. */
  cells: readonly Target[];
  /** The target with the names of this cell, which must exist. */
  of: (cell: CellNames) => Target;
  /** Names of the places that requests are sent from. Absent if none was given. */
  vantages?: readonly string[];
  /** For the manifest: each route with its host, without the account. */
  routes: { route: string; host: string }[];
  /** Removes tokens and the account id from a text. */
  redact: Redact;
}

export interface TargetOptions {
  /** Names of routes. Absent: the suite's route, or the default one. */
  routes?: readonly string[] | undefined;
  /** Names of the places that requests are sent from; one for this machine. Absent: no place is recorded. */
  vantages?: readonly string[] | undefined;
  /**
   * Tokens, account and gateway: `readEnvironment(process.env)`. Absent: none, which is enough for a simulated route.
   */
  environment?: Environment | undefined;
  /** Addresses that replace a route's own: `https://…` for all routes, `compat=https://…` for one. */
  baseUrl?: readonly string[] | undefined;
  /** Plain http may carry a token to another machine. */
  allowHttp?: boolean | undefined;
  /** Send OLLAMA_API_KEY through the gateway instead of the key that is stored there. */
  providerKey?: boolean | undefined;
  /** Address of a running mock gateway. Only for a simulated route. */
  mockUrl?: string | undefined;
}

/**
 * Resolves every cell before anything is sent. Throws a UserError for an unknown route, an invalid address or a wrong
 * model name, and `MissingVariables`, which names all missing variables at once.
 */
export function resolveTargets(
  suite: Pick<Suite, 'models' | 'variants' | 'against' | 'gateway'>,
  options: TargetOptions,
): Targets {
  const names = options.routes ?? [suite.gateway.route ?? defaultRoute.name];
  for (const name of (options.baseUrl ?? []).map(routeOfAddress)) if (name !== undefined) routeNamed(name);
  const vantages = options.vantages?.map(vantageNamed);
  const cells = cellsOf(suite, names, vantages).map((cell): Target => {
    const endpoint = endpointOf(cell, suite, options);
    return { ...cell, endpoint };
  });
  const byKey = new Map(cells.map((target) => [cellKey(target), target]));
  const hosts = new Map(cells.map(({ route, endpoint }) => [route, new URL(endpoint.baseUrl).host]));
  return {
    cells,
    ...(vantages && vantages.length > 0 ? { vantages } : {}),
    of: (cell) => byKey.get(cellKey(cell))!,
    routes: [...hosts].map(([route, host]) => ({ route, host })),
    redact: redactor(new Map([...credentialsOf(cells), ...secretsOf(options.environment ?? {})])),
  };
}

function endpointOf(
  { model: { model }, route: name }: Cell,
  { gateway: settings }: Pick<Suite, 'gateway'>,
  { environment = {}, baseUrl: given = [], allowHttp = false, providerKey = false, mockUrl }: TargetOptions,
): Endpoint {
  const route = routeNamed(name);
  const baseUrl = route.kind === 'simulated' ? mockUrl : addressOf(name, given);
  const endpoint = route.endpoint(model, { environment, settings, providerKey, ...defined({ baseUrl }) });
  assertSafeUrl(endpoint.baseUrl, allowHttp);
  return { ...endpoint, baseUrl: endpoint.baseUrl.replace(/\/+$/, '') };
}

/** Throws a UserError that names the nearest route, and all of them. */
export function routeNamed(name: string): Route {
  const route = findRoute(name);
  if (route) return route;
  const known = routes.map((each) => each.name);
  const meant = nearest(name, known);
  throw new UserError(
    `there is no route "${name}"${meant ? `; did you mean "${meant}"?` : ''} Known: ${known.join(', ')}.`,
  );
}

/** Everything sent as a credential is a secret, wherever a route gets it. What the mock accepts opens nothing. */
function credentialsOf(targets: readonly Target[]): [secret: string, name: string][] {
  return targets
    .filter(({ route }) => !isSimulatedRoute(route))
    .flatMap(({ endpoint: { bearer, headers } }) => {
      const sent = Object.entries(headers).filter(([name]) => /auth|token|key|secret/i.test(name));
      return [
        ...(bearer === undefined ? [] : [bearer]),
        ...sent.map(([, value]) => value.replace(/^(?:Bearer|Basic)\s+/i, '')),
      ].map((secret): [string, string] => [secret, 'credential']);
    });
}

/** `route=URL` for this route, else an address for all. */
function addressOf(route: string, given: readonly string[]): string | undefined {
  const named = given.find((entry) => routeOfAddress(entry) === route);
  return named?.slice(route.length + 1) ?? given.find((entry) => routeOfAddress(entry) === undefined);
}

/** `compat` in `compat=URL`. Undefined for an address that is for all routes. */
export const routeOfAddress = (entry: string): string | undefined => /^([a-z]+)=/.exec(entry)?.[1];
