import { defined } from '../../base/defined.ts';
import type { Redact } from '../../base/redact.ts';
import type { Candidate } from '../../diagnose/doctor/examine.ts';
import type { UntriedRoute } from '../../diagnose/doctor/doctor-facts.ts';
import { MissingVariables, variables, type Environment, type Variable } from '../../target/environment.ts';
import { findRoute, isSimulatedRoute, routes } from '../../target/routes.ts';
import { resolveTargets, routeNamed, routeOfAddress, type Target } from '../../target/targets.ts';
import type { Suite } from '../../suite/suite.ts';
import { routeNames } from '../run/setup.ts';
import type { ExamineFlags } from './examine-suite.ts';

export interface Candidates {
  candidates: Candidate[];
  untried: UntriedRoute[];
  redact: Redact;
}

/** Routes requested by name, flag, suite or address. Otherwise all real ones. */
export function routesToTry(
  flags: Pick<ExamineFlags, 'route' | 'baseUrl'>,
  suite: Suite,
): { name: string; wanted: boolean }[] {
  const isNamed = flags.route !== undefined || isSimulatedRoute(suite.gateway.route ?? '');
  // An address without a route's name is for one route, as in a run.
  const hasAddress = flags.baseUrl.some((entry) => routeOfAddress(entry) === undefined);
  if (isNamed || hasAddress)
    return routeNames(defined({ route: flags.route }) as { route: string[] | undefined }, suite).map(
      (name) => ({ name, wanted: true }),
    );
  return routes
    .filter(({ kind }) => kind !== 'simulated')
    .map(({ name }) => ({ name, wanted: name === suite.gateway.route }));
}

/** Every route with its credentials, or with its missing variables. */
export function candidatesOf(
  flags: ExamineFlags,
  suite: Suite,
  names: readonly { name: string; wanted: boolean }[],
  environment: Environment,
  mockUrl: string | undefined,
): Candidates {
  const candidates: Candidate[] = [];
  const untried: UntriedRoute[] = [];
  for (const { name, wanted } of names) {
    try {
      candidates.push(candidateOf(name, wanted, flags, suite, environment, mockUrl));
    } catch (error) {
      if (!(error instanceof MissingVariables)) throw error;
      untried.push({ route: name, missing: inOrder(error.variables), wanted });
    }
  }
  // A local Ollama alone is not the purpose of this program: then the route through the gateway is what to fix.
  const isLost = candidates.every(({ route, wanted }) => findRoute(route)?.isOptional && !wanted);
  return {
    candidates,
    untried: untried.map((each) => ({
      ...each,
      wanted: each.wanted || (isLost && findRoute(each.route)?.kind === 'gateway'),
    })),
    redact: resolveTargets(suite, { ...flags, routes: [], environment }).redact,
  };
}

function candidateOf(
  name: string,
  wanted: boolean,
  flags: ExamineFlags,
  suite: Suite,
  environment: Environment,
  mockUrl: string | undefined,
): Candidate {
  // On the provider's own endpoint an Authorization is for the provider, so a token is never sent there without being
  // requested.
  const { isUnified } = routeNamed(name);
  const auth = !isUnified && !wanted ? 'aig' : suite.gateway.auth;
  const targetsBy = (how: typeof auth): readonly Target[] =>
    resolveTargets(
      { ...suite, gateway: { ...suite.gateway, auth: how } },
      { ...flags, routes: [name], environment, mockUrl },
    ).cells;
  const other = isUnified ? targetsBy(auth === 'aig' ? 'bearer' : 'aig')[0] : undefined;
  return {
    route: name,
    wanted,
    targets: targetsBy(auth),
    ...defined({ otherAuth: other?.endpoint }),
  };
}

/** The usual order: account, gateway, token. */
const inOrder = (missing: readonly Variable[]): Variable[] =>
  (Object.keys(variables) as Variable[]).filter((name) => missing.includes(name));
