import type { Route } from './route.ts';
import { compat } from './routes/compat.ts';
import { demo } from './routes/demo.ts';
import { direct } from './routes/direct.ts';
import { local } from './routes/local.ts';
import { provider } from './routes/provider.ts';

/** Every route; `--route` offers exactly these. To add one: write its file, add its line. */
export const routes: readonly Route[] = [compat, provider, direct, local, demo];

/** Taken where neither the command line nor the suite names one: the route that the project was founded on. */
export const defaultRoute = compat;

/** Undefined for the name of a route that a later version of the program had. */
export function findRoute(name: string): Route | undefined {
  return routes.find((route) => route.name === name);
}

/** Whether a route goes to the mock gateway: every picture of what came from there must say so. */
export function isSimulatedRoute(name: string): boolean {
  return findRoute(name)?.kind === 'simulated';
}
