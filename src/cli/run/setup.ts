import { cellKey, cellsOf, type Cell } from '../../plan/cell.ts';
import { defined } from '../../base/defined.ts';
import { redactor } from '../../base/redact.ts';
import { UserError } from '../../base/user-error.ts';
import { assertSafeUrl } from '../../wire/client.ts';
import { readEnvironment, secretsOf } from '../../target/environment.ts';
import { assertNativeWords } from '../../wire/native-request.ts';
import type { Targets } from '../../run/targets.ts';
import type { Endpoint } from '../../target/route.ts';
import { routes } from '../../target/routes.ts';
import { nearest } from '../../suite/nearest.ts';
import type { Suite } from '../../suite/suite.ts';
import type { SuiteFlags } from '../commands/suite-flags.ts';

/**
 * Route names of a run: flag, else suite, else the one that the project was founded on. Each of them must be able to
 * say what the suite asks.
 */
export function routeNames(flags: Pick<SuiteFlags, 'route'>, suite: Suite): string[] {
  const names = flags.route ?? [suite.gateway.route ?? 'compat'];
  for (const name of names) assertRoute(name);
  if (names.includes('local') && suite.gateway.local?.api === 'native') assertNativeWords(suite);
  return [...new Set(names)];
}

function assertRoute(name: string): void {
  if (routes.some((route) => route.name === name)) return;
  const known = routes.map((route) => route.name);
  const meant = nearest(name, known);
  throw new UserError(
    `there is no route "${name}"${meant ? `; did you mean "${meant}"?` : ''} Known: ${known.join(', ')}.`,
  );
}

/** An address that no request would go to is a mistake: they would go elsewhere, and the token with them. */
export function assertAddressed(given: readonly string[], names: readonly string[]): void {
  const forAll = given.filter((entry) => routeOfAddress(entry) === undefined);
  if (forAll.length > 1)
    throw new UserError(`--base-url: ${forAll.join(' and ')} are for the same routes; write route=URL.`);
  for (const entry of given) {
    const name = routeOfAddress(entry);
    if (name !== undefined) assertRoute(name);
    if (name === 'demo' || names.every((each) => each === 'demo'))
      throw new UserError(
        `--base-url ${entry}: the route demo starts its own mock gateway. For another gateway, use --route compat.`,
      );
    if (name !== undefined && !names.includes(name))
      throw new UserError(
        `--base-url ${entry}: this run does not use the route ${name}; it uses ${names.join(' and ')}.`,
      );
  }
}

/** Resolves every cell before anything is sent, so that what is missing is said at once. */
export function findWays(
  flags: Pick<SuiteFlags, 'baseUrl' | 'allowHttp' | 'providerKey'>,
  suite: Pick<Suite, 'models' | 'gateway'>,
  names: readonly string[],
  demoUrl?: string,
): Targets {
  const environment = readEnvironment(process.env);
  for (const name of flags.baseUrl.map(routeOfAddress)) if (name !== undefined) assertRoute(name);
  const cells = cellsOf(suite.models, names);
  const endpoints = new Map<string, Endpoint>();
  for (const cell of cells) {
    const route = routes.find(({ name }) => name === cell.route)!;
    const baseUrl = cell.route === 'demo' ? demoUrl : baseUrlOf(cell.route, flags.baseUrl);
    const endpoint = route.endpoint(cell.model.model, {
      environment,
      settings: suite.gateway,
      providerKey: flags.providerKey,
      ...defined({ baseUrl }),
    });
    assertSafeUrl(endpoint.baseUrl, flags.allowHttp);
    endpoints.set(cellKey(cell), { ...endpoint, baseUrl: endpoint.baseUrl.replace(/\/+$/, '') });
  }
  const hosts = cells.map((cell) => ({
    route: cell.route,
    host: new URL(endpoints.get(cellKey(cell))!.baseUrl).host,
  }));
  return {
    cells,
    endpointOf: (cell) => endpoints.get(cellKey(cell))!,
    redact: redactor(new Map([...credentialsOf(cells, endpoints), ...secretsOf(environment)])),
    hosts: hosts.filter(({ route }, index) => hosts.findIndex((host) => host.route === route) === index),
  };
}

/** What goes out as a credential is a secret, wherever a route has it from. What the demo accepts opens nothing. */
function credentialsOf(
  cells: readonly Cell[],
  endpoints: ReadonlyMap<string, Endpoint>,
): [secret: string, name: string][] {
  return cells
    .filter(({ route }) => route !== 'demo')
    .flatMap((cell) => {
      const { bearer, headers } = endpoints.get(cellKey(cell))!;
      const sent = Object.entries(headers).filter(([name]) => /auth|token|key|secret/i.test(name));
      return [
        ...(bearer === undefined ? [] : [bearer]),
        ...sent.map(([, value]) => value.replace(/^(?:Bearer|Basic)\s+/i, '')),
      ].map((secret): [string, string] => [secret, 'credential']);
    });
}

/** `route=URL` for this route, else an address that is for all. */
function baseUrlOf(route: string, given: readonly string[]): string | undefined {
  const named = given.find((entry) => routeOfAddress(entry) === route);
  return named?.slice(route.length + 1) ?? given.find((entry) => routeOfAddress(entry) === undefined);
}

/** `compat` of `compat=URL`; undefined of an address that is for all routes. */
const routeOfAddress = (entry: string): string | undefined => /^([a-z]+)=/.exec(entry)?.[1];
