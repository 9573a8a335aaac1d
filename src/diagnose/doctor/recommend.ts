import type { Facts } from './doctor-facts.ts';
import type { RouteState } from './route-state.ts';

/** Best first, with why. */
const choices: readonly (readonly [route: string, why: string])[] = [
  ['provider', 'it is the documented route through the gateway'],
  ['compat', 'Cloudflare calls it deprecated, but it works'],
  ['direct', 'it bypasses the gateway'],
  ['local', 'it uses the Ollama on this machine'],
  ['demo', 'its models are simulated'],
];

/** Which route to use. Pure. */
export function recommend(
  { suite, stopped, routes, untried }: Facts,
  states: ReadonlyMap<string, RouteState>,
): string {
  if (stopped) return 'Stopped before everything was tried. Run doctor again for the rest.';
  const state = (route: string): RouteState => states.get(route) ?? 'unasked';
  const best =
    choices.find(([route]) => state(route) === 'works') ??
    choices.find(([route]) => state(route) === 'partly');
  if (!best) return 'No route works yet. Fix what is marked ✗ above, from the top, and run doctor again.';
  const [route] = best;
  const isElsewhere = routes.some((each) => each.route === route && each.throughGateway && !each.cloudflare);
  const why = isElsewhere ? 'it works at this address' : best[1];
  const wantsGateway = [...routes.filter(({ throughGateway }) => throughGateway), ...untried].length > 0;
  if (route === 'demo')
    return 'The simulated gateway works. To set up your own: gatebench init --gateway, then gatebench doctor.';
  if (route === 'direct' && wantsGateway)
    return `Until a route through the gateway works, --route direct does${state(route) === 'partly' ? ' for some models' : ''}.`;
  const some = state(route) === 'partly' ? ', though not for every model' : '';
  const advice = `Use --route ${route}: ${why}${some}.`;
  const pair = ['provider', 'compat'].find((each) => state(each) === 'works');
  const difference =
    pair !== undefined && state('direct') === 'works'
      ? ` With --route ${pair},direct a run shows what the gateway costs.`
      : '';
  const asked = suite.route;
  if (asked === undefined || asked === route || !states.has(asked)) return advice + difference;
  return state(asked) === 'works'
    ? `The suite's own route ${asked} works. ${advice}${difference}`
    : `The suite's own route ${asked} does not work as it should. ${advice}${difference}`;
}
