import { defined } from '../../base/defined.ts';
import type { Redact } from '../../base/redact.ts';
import type { Way } from '../../diagnose/doctor/examine.ts';
import type { UntriedRoute } from '../../diagnose/doctor/doctor-facts.ts';
import { MissingVariables, variables, type Variable } from '../../target/environment.ts';
import { routes } from '../../target/routes.ts';
import type { Suite } from '../../suite/suite.ts';
import { findWays, routeNames } from '../run/setup.ts';
import type { ExamineFlags } from './examine-suite.ts';

export interface WaysToTry {
  ways: Way[];
  untried: UntriedRoute[];
  redact: Redact;
}

/** Routes that are asked for by name, by flag, suite or address; or all real ones. */
export function routesToTry(
  flags: Pick<ExamineFlags, 'route' | 'baseUrl'>,
  suite: Suite,
): { name: string; wanted: boolean }[] {
  const isNamed = flags.route !== undefined || suite.gateway.route === 'demo';
  // An address without a route's name is for one route, as it is for a run.
  const hasAddress = flags.baseUrl.some((entry) => !/^[a-z]+=/.test(entry));
  if (isNamed || hasAddress)
    return routeNames(defined({ route: flags.route }) as { route: string[] | undefined }, suite).map(
      (name) => ({ name, wanted: true }),
    );
  return routes
    .filter(({ name }) => name !== 'demo')
    .map(({ name }) => ({ name, wanted: name === suite.gateway.route }));
}

/** Every route with its credentials, or with the variables that it lacks. */
export function waysToTry(
  flags: ExamineFlags,
  suite: Suite,
  names: readonly { name: string; wanted: boolean }[],
  demoUrl: string | undefined,
): WaysToTry {
  const ways: Way[] = [];
  const untried: UntriedRoute[] = [];
  for (const { name, wanted } of names) {
    try {
      ways.push(wayOf(name, wanted, flags, suite, demoUrl));
    } catch (error) {
      if (!(error instanceof MissingVariables)) throw error;
      untried.push({ route: name, missing: inOrder(error.variables), wanted });
    }
  }
  // A local Ollama alone is not what this program is for: then the way through the gateway is what to mend.
  const isLost = ways.every(({ route, wanted }) => route === 'local' && !wanted);
  return {
    ways,
    untried: untried.map((each) => ({ ...each, wanted: each.wanted || (isLost && each.route !== 'direct') })),
    redact: findWays(flags, suite, []).redact,
  };
}

function wayOf(
  name: string,
  wanted: boolean,
  flags: ExamineFlags,
  suite: Suite,
  demoUrl: string | undefined,
): Way {
  // On the provider's own endpoint an Authorization is the provider's: nobody gets the token unasked.
  const auth = name === 'provider' && !wanted ? 'aig' : suite.gateway.auth;
  const through = (way: typeof auth): ReturnType<typeof findWays> =>
    findWays(flags, { models: suite.models, gateway: { ...suite.gateway, auth: way } }, [name], demoUrl);
  const { cells, endpointOf } = through(auth);
  const other = name === 'compat' ? through(auth === 'aig' ? 'bearer' : 'aig') : undefined;
  return {
    route: name,
    wanted,
    cells: cells.map((cell) => ({ model: cell.model, endpoint: endpointOf(cell) })),
    ...defined({ otherAuth: other && other.endpointOf(other.cells[0]!) }),
  };
}

/** As everywhere: account, gateway, token. */
const inOrder = (missing: readonly Variable[]): Variable[] =>
  (Object.keys(variables) as Variable[]).filter((name) => missing.includes(name));
