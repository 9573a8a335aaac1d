import type { Route } from '../../target/route.ts';
import { routes } from '../../target/routes.ts';
import type { Facts } from './doctor-facts.ts';
import type { RouteState } from './route-state.ts';

/** Best first. */
const choices = routes.toSorted((a, b) => a.choice.rank - b.choice.rank);

/** Which route to use. Pure. */
export function recommend(
  { suite, stopped, routes: tried, untried }: Facts,
  states: ReadonlyMap<string, RouteState>,
): string {
  if (stopped) return 'Stopped before everything was tried. Run doctor again for the rest.';
  const state = (route: string): RouteState => states.get(route) ?? 'unasked';
  const best =
    choices.find(({ name }) => state(name) === 'works') ??
    choices.find(({ name }) => state(name) === 'partly');
  if (!best) return 'No route works yet. Fix what is marked ✗ above, from the top, and run doctor again.';
  const route = best.name;
  const isElsewhere = tried.some((each) => each.route === route && each.throughGateway && !each.cloudflare);
  const why = isElsewhere ? 'it works at this address' : best.choice.why;
  const wantsGateway = [...tried.filter(({ throughGateway }) => throughGateway), ...untried].length > 0;
  if (best.kind === 'simulated')
    return 'The simulated gateway works. To set up your own: gatebench init --gateway, then gatebench doctor.';
  if (isBareProvider(best) && wantsGateway)
    return `Until a route through the gateway works, --route ${route} does${state(route) === 'partly' ? ' for some models' : ''}.`;
  const some = state(route) === 'partly' ? ', though not for every model' : '';
  const advice = `Use --route ${route}: ${why}${some}.`;
  const working = choices.filter(({ name }) => state(name) === 'works');
  const pair = [working.find(({ kind }) => kind === 'gateway'), working.find(isBareProvider)];
  const difference = pair.every((each) => each !== undefined)
    ? ` With --route ${pair.map(({ name }) => name).join()} a run shows what the gateway costs.`
    : '';
  const asked = suite.route;
  if (asked === undefined || asked === route || !states.has(asked)) return advice + difference;
  return state(asked) === 'works'
    ? `The suite's own route ${asked} works. ${advice}${difference}`
    : `The suite's own route ${asked} does not work properly. ${advice}${difference}`;
}

/** The same models as through the gateway, without it. */
const isBareProvider = ({ kind, isOnThisMachine }: Route): boolean => kind === 'bare' && !isOnThisMachine;
