import type { Route } from './route.ts';
import { compat } from './routes/compat.ts';
import { demo } from './routes/demo.ts';
import { direct } from './routes/direct.ts';
import { local } from './routes/local.ts';
import { provider } from './routes/provider.ts';

/** Every route; `--route` offers exactly these. To add one: write its file, add its line. */
export const routes: readonly Route[] = [compat, provider, direct, local, demo];

/** Used if neither the command line nor the suite names a route: the one that the project started with. */
export const defaultRoute = compat;

/** Undefined for a route that only a later version of the program knows. */
export function findRoute(name: string): Route | undefined {
  return routes.find((route) => route.name === name);
}

/** Whether a route goes to the mock gateway. Every output with such figures must say so. */
export function isSimulatedRoute(name: string): boolean {
  return findRoute(name)?.kind === 'simulated';
}
